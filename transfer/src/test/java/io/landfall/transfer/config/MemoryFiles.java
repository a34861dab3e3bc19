package io.landfall.transfer.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A file system in memory, rooted at `/`: what a test says is there, and nothing else.
public final class MemoryFiles implements FileLookup {
  private final NavigableMap<Path, String> files = new TreeMap<>();

  /// Adds a file; its directories exist from then on.
  public MemoryFiles with(String path, String text) {
    files.put(Path.of(path), text);
    return this;
  }

  /// Adds files whose content does not matter.
  public MemoryFiles with(List<String> paths) {
    paths.forEach(path -> with(path, "x"));
    return this;
  }

  @Override
  public String readText(Path file, int maxBytes) throws IOException {
    if (!files.containsKey(file)) {
      throw new NoSuchFileException(file.toString());
    }
    return files.get(file);
  }

  @Override
  public boolean isReadableFile(Path path) {
    return files.containsKey(path.normalize());
  }

  @Override
  public boolean isDirectory(Path path) {
    Path directory = path.normalize();
    return files.keySet().stream().anyMatch(f -> f.startsWith(directory) && !f.equals(directory));
  }

  @Override
  public List<Path> list(Path directory, int limit) {
    Path at = directory.normalize();
    int depth = at.getNameCount();
    return files.keySet().stream()
        .filter(f -> f.startsWith(at) && f.getNameCount() > depth)
        .map(f -> at.resolve(f.getName(depth)))
        .distinct()
        .limit(limit)
        .toList();
  }

  @Override
  public long sizeBytes(Path file) {
    return files.getOrDefault(file, "").length();
  }
}
