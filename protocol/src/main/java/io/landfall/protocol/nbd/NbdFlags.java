package io.landfall.protocol.nbd;

/// The bits that say what an export can, and how a request wants it done.
public final class NbdFlags {
  /// Always set.
  public static final int HAS_FLAGS = 1;

  public static final int READ_ONLY = 1 << 1;
  public static final int SEND_FLUSH = 1 << 2;
  public static final int SEND_FUA = 1 << 3;
  public static final int SEND_TRIM = 1 << 5;
  public static final int SEND_WRITE_ZEROES = 1 << 6;
  public static final int SEND_DF = 1 << 7;

  /// A flush on one connection makes durable what was written on all.
  public static final int CAN_MULTI_CONN = 1 << 8;

  public static final int SEND_CACHE = 1 << 10;

  /// Of a request: answer when it is durable.
  public static final int COMMAND_FUA = 1;

  /// Of WRITE_ZEROES: the range must stay allocated.
  public static final int COMMAND_NO_HOLE = 1 << 1;

  /// Of READ: one chunk, not several.
  public static final int COMMAND_DF = 1 << 2;

  /// Of BLOCK_STATUS: one extent.
  public static final int COMMAND_REQ_ONE = 1 << 3;

  /// In `base:allocation`: nothing is allocated there.
  public static final int STATE_HOLE = 1;

  /// In `base:allocation`: reads as zeros.
  public static final int STATE_ZERO = 1 << 1;

  /// In `qemu:dirty-bitmap:…`: changed.
  public static final int STATE_DIRTY = 1;

  private NbdFlags() {}
}
