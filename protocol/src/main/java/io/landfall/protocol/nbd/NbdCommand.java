package io.landfall.protocol.nbd;

/// What a client asks of an export, by number.
public enum NbdCommand {
  READ(0),
  WRITE(1),
  /// The client goes; nothing is answered.
  DISCONNECT(2),
  FLUSH(3),
  TRIM(4),
  CACHE(5),
  WRITE_ZEROES(6),
  BLOCK_STATUS(7),
  /// A number that is not one of these.
  UNKNOWN(0xffff);

  private final int number;

  NbdCommand(int number) {
    this.number = number;
  }

  static NbdCommand of(int number) {
    for (NbdCommand command : values()) {
      if (command.number == number) {
        return command;
      }
    }
    return UNKNOWN;
  }

  /// The number on the wire.
  public int number() {
    return number;
  }
}
