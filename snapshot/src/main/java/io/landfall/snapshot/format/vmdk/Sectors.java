package io.landfall.snapshot.format.vmdk;

/// The unit of VMDK: everything is counted in sectors.
final class Sectors {
  static final int BYTES = 512;

  private Sectors() {}
}
