package io.landfall.perf.compare;

import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A backup program that stores one version of an image after the other.
public enum Archive {
  /// Cuts by content, about 1 MiB; zstd.
  RESTIC("restic") {
    @Override
    List<String> init(Path repository) {
      return List.of("restic", "-q", "-r", "" + repository, "init", "--repository-version", "2");
    }

    @Override
    List<String> store(Path repository, Path image, int version) {
      return List.of("restic", "-q", "-r", "" + repository, "backup", "" + image);
    }
  },

  /// Fixed 64 KiB, LZ4.
  BORG_LZ4("borg") {
    @Override
    List<String> init(Path repository) {
      return List.of("borg", "init", "-e", "none", "" + repository);
    }

    @Override
    List<String> store(Path repository, Path image, int version) {
      return borg("lz4", repository, image, version);
    }
  },

  /// Fixed 64 KiB, zstd.
  BORG_ZSTD("borg") {
    @Override
    List<String> init(Path repository) {
      return BORG_LZ4.init(repository);
    }

    @Override
    List<String> store(Path repository, Path image, int version) {
      return borg("zstd,3", repository, image, version);
    }
  },

  /// Cuts by content, about 64 KiB; a file a chunk.
  CASYNC("casync") {
    @Override
    List<String> init(Path repository) {
      return List.of("mkdir", "-p", "" + repository);
    }

    @Override
    List<String> store(Path repository, Path image, int version) {
      return List.of(
          "casync",
          "make",
          "--store=" + repository.resolve("store"),
          "" + repository.resolve("v" + version + ".caibx"),
          "" + image);
    }
  };

  private final String program;

  Archive(String program) {
    this.program = program;
  }

  abstract List<String> init(Path repository);

  abstract List<String> store(Path repository, Path image, int version);

  private static List<String> borg(String compression, Path repository, Path image, int version) {
    return List.of(
        "borg",
        "create",
        "--sparse",
        "-C",
        compression,
        "--chunker-params",
        "fixed,65536",
        repository + "::v" + version,
        "" + image);
  }

  /// Whether it is installed.
  public boolean installed() {
    return Programs.have(program);
  }

  /// Stores `image`, making the repository for version 0.
  ///
  /// @param work a directory for repository and caches
  public void add(Rig rig, Path work, Path image, int version) throws IOException {
    Path repository = work.resolve("repository");
    if (version == 0) {
      run(rig, work, init(repository));
    }
    run(rig, work, store(repository, image, version));
  }

  private static void run(Rig rig, Path work, List<String> command) throws IOException {
    Path cache = Files.createDirectories(work.resolve("cache"));
    List<String> all = new ArrayList<>();
    all.addAll(
        List.of(
            "env",
            "RESTIC_PASSWORD=bench",
            "RESTIC_CACHE_DIR=" + cache,
            "BORG_BASE_DIR=" + cache,
            "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes"));
    all.addAll(command);
    rig.run(all.toArray(String[]::new));
  }

  /// Bytes of the repository's files.
  public static long bytes(Path repository) throws IOException {
    try (var files = Files.walk(repository)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
