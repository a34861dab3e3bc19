package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.Problems;
import io.landfall.transfer.submit.QueueStatement.QueueException;
import io.landfall.transfer.submit.QueueStatement.Source;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The file names that patterns of `queue matching` stand for: `*` and `?` within one part of a
/// path.
final class Globs {
  private static final int MAX_ENTRIES = 100_000;

  private final Path workingDirectory;
  private final FileLookup files;
  private final Problems problems;

  Globs(Path workingDirectory, FileLookup files, Problems problems) {
    this.workingDirectory = workingDirectory;
    this.files = files;
    this.problems = problems;
  }

  /// Names that match, each once, in the order of patterns and then of names.
  List<String> match(QueueStatement statement, List<String> patterns) throws QueueException {
    Set<String> names = new LinkedHashSet<>();
    String twice = null;
    try {
      for (String pattern : patterns) {
        for (String name : expand(pattern)) {
          boolean directory = files.isDirectory(workingDirectory.resolve(name));
          if (statement.source() == Source.MATCHING_ANY
              || directory == (statement.source() == Source.MATCHING_DIRS)) {
            twice = names.add(name) || twice != null ? twice : name;
          }
        }
      }
    } catch (IOException e) {
      throw new QueueException(statement.rest(), "queue matching: " + e.getMessage(), e);
    }
    if (twice != null) {
      problems.warning(
          statement.rest().start(),
          "several patterns match " + twice + "; every name counts once",
          "");
    }
    return List.copyOf(names);
  }

  private List<String> expand(String pattern) throws IOException {
    List<String> found = List.of(pattern.startsWith("/") ? "/" : "");
    for (String part : pattern.split("/+", -1)) {
      if (!part.isEmpty()) {
        found = step(found, part);
      }
    }
    return found;
  }

  private List<String> step(List<String> directories, String part) throws IOException {
    List<String> next = new ArrayList<>();
    for (String directory : directories) {
      Path at = workingDirectory.resolve(directory);
      if (!files.isDirectory(at)) {
        continue;
      }
      String prefix = directory.isEmpty() || directory.endsWith("/") ? directory : directory + "/";
      if (part.equals("..") || part.equals(".")) {
        next.add(prefix + part);
        continue;
      }
      Pattern glob = glob(part);
      for (Path entry : files.list(at, MAX_ENTRIES)) {
        String name = entry.getFileName().toString();
        if (glob.matcher(name).matches() && (!name.startsWith(".") || part.startsWith("."))) {
          next.add(prefix + name);
        }
      }
    }
    return next;
  }

  private static Pattern glob(String part) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      regex.append(
          switch (c) {
            case '*' -> ".*";
            case '?' -> ".";
            default -> Pattern.quote(String.valueOf(c));
          });
    }
    return Pattern.compile(regex.toString());
  }
}
