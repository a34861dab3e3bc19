package io.landfall.protocol.nbd;

/// Why an option is refused.
public enum OptionError {
  UNSUPPORTED(1),
  POLICY(2),
  INVALID(3),
  TLS_REQUIRED(5),
  UNKNOWN_EXPORT(6),
  TOO_BIG(9);

  private final int number;

  OptionError(int number) {
    this.number = number;
  }

  int replyType() {
    return 0x8000_0000 | number;
  }
}
