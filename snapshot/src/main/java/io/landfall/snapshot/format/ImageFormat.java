package io.landfall.snapshot.format;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.file.Labels;
import io.landfall.snapshot.format.ova.OvaArchive;
import io.landfall.snapshot.format.ova.OvaWriter;
import io.landfall.snapshot.format.qcow2.Qcow2Image;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;

/// The formats that a disk may come in.
///
/// Decided once, at the door, and kept as metadata from then on: [#probe] is for a file that a user
/// hands in without saying what it is, never for a disk that a guest has written to.
public enum ImageFormat {
  /// Guest offset is file offset.
  RAW {
    @Override
    public BlockDevice open(Path path) throws IOException {
      return RawFile.open(path);
    }

    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      RawWriter.write(source, target, progress);
    }
  },

  /// QEMU's format, versions 2 and 3.
  QCOW2 {
    @Override
    public BlockDevice open(Path path) throws IOException {
      Qcow2Image image = Qcow2Image.openLayer(path);
      return image.backingName().isEmpty()
          ? image
          : refuseLayer(path, image, image.backingName().get());
    }

    @Override
    public BlockDevice openLayer(Path path) throws IOException {
      return Qcow2Image.openLayer(path);
    }

    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      Qcow2Writer.write(source, target, progress);
    }
  },

  /// VMware's format: one sparse file, or a descriptor with its extents beside it.
  VMDK {
    @Override
    public BlockDevice open(Path path) throws IOException {
      VmdkImage image = VmdkImage.openLayer(path);
      return image.hasParent()
          ? refuseLayer(path, image, image.parentName().orElse("unnamed"))
          : image;
    }

    @Override
    public BlockDevice openLayer(Path path) throws IOException {
      return VmdkImage.openLayer(path);
    }

    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      VmdkWriter.writeStreamOptimized(source, target, progress);
    }
  },

  /// A tar archive with an OVF description and one packed VMDK, read where it lies.
  OVA {
    @Override
    public BlockDevice open(Path path) throws IOException {
      try (OvaArchive archive = OvaArchive.open(path)) {
        if (archive.disks().size() == 1) {
          return archive.openDisk(archive.disks().getFirst());
        }
        throw new CorruptImageException(
            Reason.UNSUPPORTED,
            "%s: has %d disks, expected one; unpack it and name its disks"
                .formatted(path.getFileName(), archive.disks().size()));
      }
    }

    // The machine has the name of the file, one CPU and 1 GiB; OvaWriter can say more.
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      String name = target.getFileName().toString().replaceAll("\\.[^.]*$", "");
      String plain = name.replaceAll("[^A-Za-z0-9._-]", "_").replaceAll("^[^A-Za-z0-9]+", "");
      String machine =
          plain.isEmpty() ? "machine" : plain.substring(0, Math.min(64, plain.length()));
      OvaWriter.write(new OvaWriter.Machine(machine, 1, 1024), source, target, progress);
    }
  };

  private static BlockDevice refuseLayer(Path path, BlockDevice image, String base)
      throws IOException {
    image.close();
    throw new CorruptImageException(
        Reason.NAMES_A_FILE,
        "%s: is an overlay over \"%s\", which is never opened; flatten it first (qemu-img convert)"
            .formatted(path.getFileName(), Labels.printable(base)));
  }

  /// Opens a complete disk, read-only.
  ///
  /// @throws CorruptImageException if the file is not a sound image of this format, or names
  ///   another file
  public abstract BlockDevice open(Path path) throws IOException;

  /// Opens one layer, whatever it lies over: where it holds nothing it is a `HOLE`. A name of a
  /// base that the image has is a label.
  ///
  /// @throws CorruptImageException if the file is not a sound image of this format
  public BlockDevice openLayer(Path path) throws IOException {
    return open(path);
  }

  /// Writes `source`, a complete disk, as a new file of this format in its usual form: sparse raw,
  /// plain qcow2, streamOptimized VMDK. What is zero takes no space, and the file is complete or
  /// absent; a former one is replaced.
  ///
  /// @param progress is told how many bytes of the disk are done
  public abstract void write(BlockDevice source, Path target, LongConsumer progress)
      throws IOException;

  /// The format of a file that nobody has named, by its first bytes. What is no known format is
  /// raw.
  ///
  /// @throws CorruptImageException if it is a format that is not supported, or looks like two at
  ///   once
  public static ImageFormat probe(Path path) throws IOException {
    return Signature.probe(path);
  }

  /// The format of that name in a submit file: `raw`, `qcow2`, `vmdk`, `ova`, in any case.
  public static Optional<ImageFormat> named(String submitFileWord) {
    String word = submitFileWord.strip().toUpperCase(Locale.ROOT);
    for (ImageFormat format : values()) {
      if (format.name().equals(word)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
