package io.landfall.transfer.cli;

/// A command that is not ours, such as `bench`: whoever has it on the class path and names it in
/// `META-INF/services` adds it to the command line, and nothing here depends on it.
public interface AddedCommand {

  /// The command, annotated for picocli.
  Object command();
}
