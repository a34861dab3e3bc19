package io.landfall.protocol.nbd;

/// What a request may fail with; the numbers are Linux's and part of the protocol.
public enum NbdErrno {
  NONE(0),
  /// The export is read-only.
  EPERM(1),
  /// The device failed.
  EIO(5),
  /// The request makes no sense here.
  EINVAL(22),
  /// There is no room, or no such place.
  ENOSPC(28),
  /// More than this server answers at once.
  EOVERFLOW(75),
  /// Known, but not to be had.
  ENOTSUP(95);

  private final int number;

  NbdErrno(int number) {
    this.number = number;
  }

  /// The number on the wire.
  public int number() {
    return number;
  }
}
