package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// `LANDFALL_COPY_DIRECTORIES`: what `landfall copy` may read and write on this host, by name.
/// Without any, nothing.
///
/// @param byName full paths
public record CopyDirectories(Map<String, Path> byName) {

  /// A directory, and a name below it.
  record Place(Path base, String relative) {}

  public CopyDirectories {
    byName = Map.copyOf(byName);
  }

  /// Reads `NAME=/PATH` words; empty if one of them is something else.
  static Optional<CopyDirectories> of(List<String> words) {
    Map<String, Path> byName = new LinkedHashMap<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 1
          || !word.startsWith("/", equals + 1)
          || word.substring(0, equals).contains("/")) {
        return Optional.empty();
      }
      byName.put(word.substring(0, equals), Path.of(word.substring(equals + 1)));
    }
    return Optional.of(new CopyDirectories(byName));
  }

  /// What `NAME/REST` means here.
  Place place(String path) throws ProtocolException {
    int slash = path.indexOf('/');
    Path base = byName.get(slash < 0 ? path : path.substring(0, slash));
    if (base == null) {
      throw new ProtocolException(
          ErrorCode.NOT_AUTHORISED,
          "'"
              + path.replaceAll("\\p{Cntrl}", "?")
              + "' is in none of this agent's LANDFALL_COPY_DIRECTORIES");
    }
    if (slash < 0 || slash == path.length() - 1) {
      throw new ProtocolException(
          ErrorCode.NOT_AUTHORISED, "name a file or a directory below '" + path + "'");
    }
    return new Place(base, path.substring(slash + 1));
  }
}
