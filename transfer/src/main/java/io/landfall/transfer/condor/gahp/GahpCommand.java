package io.landfall.transfer.condor.gahp;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the starter can say, with the number of words that must follow.
enum GahpCommand {
  ASYNC_MODE_ON(0),
  ASYNC_MODE_OFF(0),
  CLASSAD(0),
  CLASSAD_END(0),
  COMMANDS(0),
  CONDOR_VM_CHECKPOINT(2),
  CONDOR_VM_GETPID(2),
  CONDOR_VM_RESUME(2),
  CONDOR_VM_SOFT_SUSPEND(2),
  CONDOR_VM_START(2),
  CONDOR_VM_STATUS(2),
  CONDOR_VM_STOP(2),
  CONDOR_VM_SUSPEND(2),
  QUIT(0),
  RESULTS(0),
  SUPPORT_VMS(0),
  VERSION(0);

  private final int words;

  GahpCommand(int words) {
    this.words = words;
  }

  int words() {
    return words;
  }

  /// Commands are known in any case.
  static Optional<GahpCommand> named(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    return Stream.of(values()).filter(c -> c.name().equals(upper)).findFirst();
  }

  static String all() {
    return Stream.of(values()).map(Enum::name).collect(Collectors.joining(" "));
  }
}
