package io.landfall.transfer.cli;

import picocli.CommandLine.IVersionProvider;

/// What `--version` says: ours, and the JDK that runs us.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String ours = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "landfall " + (ours == null ? "(unpackaged)" : ours) + ", Java " + Runtime.version()
    };
  }
}
