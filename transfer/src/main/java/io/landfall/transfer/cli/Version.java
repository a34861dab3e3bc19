package io.landfall.transfer.cli;

import picocli.CommandLine.IVersionProvider;

/// What `--version` says: ours, and the JDK that runs us.
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"landfall " + ours() + ", Java " + Runtime.version()};
  }

  static String ours() {
    String ours = Main.class.getPackage().getImplementationVersion();
    return ours == null ? "(unpackaged)" : ours;
  }
}
