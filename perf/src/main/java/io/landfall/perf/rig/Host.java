package io.landfall.perf.rig;

/// A host of the rig. On a loopback all of them are one.
///
/// @param number 0 is the submit host, execute hosts count from 1
public record Host(int number) {
  /// Has the images and sends them.
  public static final Host SUBMIT = new Host(0);

  /// Lands them.
  public static final Host EXECUTE = new Host(1);

  public Host {
    if (number < 0 || number > SwitchedNetwork.MAX_EXECUTE_HOSTS) {
      throw new IllegalArgumentException(
          "host %d, expected 0..%d".formatted(number, SwitchedNetwork.MAX_EXECUTE_HOSTS));
    }
  }
}
