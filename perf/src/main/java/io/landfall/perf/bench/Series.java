package io.landfall.perf.bench;

import io.landfall.perf.image.DiskImage;
import io.landfall.perf.image.MemoryImage;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.CheckpointWriter.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// States of one disk or memory, one after another.
public sealed interface Series {
  /// What they are states of.
  Kind kind();

  /// How many there are.
  int versions();

  /// What they are, in words.
  String data();

  /// The file that has state `number`; asked for in ascending order from 0.
  ///
  /// @param directory where a state that must be made is made
  Path version(Path directory, int number) throws IOException;

  /// A made disk, of whose data 1 % changes each time, in runs.
  ///
  /// @param image the first state
  record MadeDisk(DiskImage image, int versions) implements Series {
    private static final double CHANGED_SHARE = 0.01;

    @Override
    public Kind kind() {
      return Kind.DISK;
    }

    @Override
    public String data() {
      return "%d versions of a made disk of %d MiB with %d MiB of data (seed %d), 1 %% of that changed each time"
          .formatted(versions, image.sizeBytes() >> 20, image.dataBytes() >> 20, image.seed());
    }

    @Override
    public Path version(Path directory, int number) throws IOException {
      Path file = directory.resolve("state.raw");
      if (number == 0) {
        Files.deleteIfExists(file);
        image.write(file);
      } else {
        try (RawFile raw = RawFile.openWritable(file)) {
          DiskImage.apply(raw, image.changes(CHANGED_SHARE, number), number);
        }
      }
      return file;
    }
  }

  /// Made memory, whose pages change all over.
  ///
  /// @param image its states
  record MadeMemory(MemoryImage image, int versions) implements Series {
    @Override
    public Kind kind() {
      return Kind.MEMORY;
    }

    @Override
    public String data() {
      return "%d states of made memory of %d MiB (seed %d), 4 %% of its used pages changed each time, most in a few words"
          .formatted(versions, image.sizeBytes() >> 20, image.seed());
    }

    @Override
    public Path version(Path directory, int number) throws IOException {
      Path file = directory.resolve("state.raw");
      if (number == 0) {
        Files.deleteIfExists(file);
        image.write(file);
      } else {
        try (RawFile raw = RawFile.openWritable(file)) {
          image.advance(raw, number);
        }
      }
      return file;
    }
  }

  /// Files that are there: raw disks, or flat guest memory by guest-physical address.
  ///
  /// @param files at least two, all of one size
  record Given(Kind kind, List<Path> files) implements Series {
    public Given {
      files = List.copyOf(files);
      if (files.size() < 2) {
        throw new IllegalArgumentException(
            "a series of " + files.size() + " files, expected at least 2 states of one thing");
      }
    }

    @Override
    public int versions() {
      return files.size();
    }

    @Override
    public String data() {
      long bytes = files.getFirst().toFile().length();
      return "%d given states of a %s of %d MiB"
          .formatted(files.size(), kind == Kind.DISK ? "disk" : "memory", bytes >> 20);
    }

    @Override
    public Path version(Path directory, int number) throws IOException {
      Path file = files.get(number);
      if (!Files.isRegularFile(file) || Files.size(file) != Files.size(files.getFirst())) {
        throw new IOException(
            file
                + ": expected a file of the size of "
                + files.getFirst()
                + ", a state of the same");
      }
      return file;
    }
  }
}
