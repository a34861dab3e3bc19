package io.landfall.transfer.condor.plugin;

import java.io.IOException;
import java.nio.file.Path;

/// Carries the bytes of one file at a time between here and what a URL names.
public interface Carrier {

  /// What was carried.
  ///
  /// @param fileBytes size of the file
  /// @param wireBytes bytes on the network, framing included
  record Moved(long fileBytes, long wireBytes) {}

  /// Fetches a file, complete or not at all; what arrived of it is kept for the next attempt.
  ///
  /// @throws NoContactException if whoever has it does not answer
  /// @throws IllegalArgumentException if that is no URL of ours
  Moved download(String url, Path to) throws IOException;

  /// Sends a file.
  ///
  /// @throws NoContactException if whoever shall have it does not answer
  /// @throws IllegalArgumentException if that is no URL of ours
  Moved upload(Path from, String url) throws IOException;
}
