package io.landfall.transfer.demo;

import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// What the demo's machine may have besides its disk.
public enum DemoExtra {
  /// A CD-ROM.
  CDROM("seed.iso", "hdc"),
  /// A second disk, which the guest can only read.
  READ_ONLY_DISK("data.img", "vdb"),
  /// A network card; `when_to_transfer_output = ON_EXIT_OR_EVICT` allows checkpoints with it.
  NETWORK("", "");

  private static final long BYTES = 8 << 20;
  private static final int PIECE = 1 << 20;

  private final String file;
  private final String device;

  DemoExtra(String file, String device) {
    this.file = file;
    this.device = device;
  }

  /// Its name on the command line.
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The file behind it, if it is a disk or a CD.
  Optional<String> file() {
    return file.isEmpty() ? Optional.empty() : Optional.of(file);
  }

  /// What `vm_disk` says of it: only reading is allowed.
  Optional<String> disk() {
    return file().map(name -> ", " + name + ":" + device + ":r:raw");
  }

  /// Makes its file, with the same bytes each time.
  void write(Path directory) throws IOException {
    if (file.isEmpty()) {
      return;
    }
    SystemDiskContent content = new SystemDiskContent(file.hashCode());
    try (RawFile target = RawFile.create(directory.resolve(file), BYTES)) {
      for (long at = 0; at < BYTES; at += PIECE) {
        target.write(at, content.next(PIECE));
      }
    }
  }
}
