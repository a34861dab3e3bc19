package io.landfall.transfer.config;

import java.nio.file.Path;
import java.util.Map;

/// What macro functions may know of the world.
///
/// @param variables for `$ENV(…)`
/// @param workingDirectory for `$Ff(…)`
/// @param seed of `$RANDOM_CHOICE` and `$RANDOM_INTEGER`, so that a parse can be repeated
public record MacroEnvironment(Map<String, String> variables, Path workingDirectory, long seed) {

  /// Copies the variables.
  public MacroEnvironment {
    variables = Map.copyOf(variables);
  }
}
