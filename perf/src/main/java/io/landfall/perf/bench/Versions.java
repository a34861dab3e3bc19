package io.landfall.perf.bench;

/// What was measured.
final class Versions {
  private Versions() {}

  static String ofLandfall() {
    String version = io.landfall.transfer.cli.Main.class.getPackage().getImplementationVersion();
    return version == null ? "unpackaged" : version;
  }
}
