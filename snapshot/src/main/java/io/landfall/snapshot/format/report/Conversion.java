package io.landfall.snapshot.format.report;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.qcow2.ClusterCompression;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/// The forms in which a disk is written, by the names that users type.
public enum Conversion {
  RAW("raw", "img") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      ImageFormat.RAW.write(source, target, progress);
    }
  },
  QCOW2("qcow2", "qcow2") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      Qcow2Writer.write(source, target, progress);
    }
  },
  QCOW2_DEFLATE("qcow2-deflate", "") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      Qcow2Writer.write(source, target, ClusterCompression.DEFLATE, progress);
    }
  },
  QCOW2_ZSTD("qcow2-zstd", "") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      Qcow2Writer.write(source, target, ClusterCompression.ZSTD, progress);
    }
  },
  VMDK_STREAM("vmdk-stream", "vmdk") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      VmdkWriter.writeStreamOptimized(source, target, progress);
    }
  },
  VMDK_SPARSE("vmdk-sparse", "") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      VmdkWriter.writeMonolithicSparse(source, target, progress);
    }
  },
  OVA("ova", "ova") {
    @Override
    public void write(BlockDevice source, Path target, LongConsumer progress) throws IOException {
      ImageFormat.OVA.write(source, target, progress);
    }
  };

  private final String word;
  private final String extension;

  Conversion(String word, String extension) {
    this.word = word;
    this.extension = extension;
  }

  /// Writes `source`, a complete disk, as a new file, complete or absent.
  ///
  /// @param progress is told how many bytes of the disk are done
  public abstract void write(BlockDevice source, Path target, LongConsumer progress)
      throws IOException;

  /// The form of that name.
  public static Optional<Conversion> named(String word) {
    return Arrays.stream(values()).filter(form -> form.word.equals(word)).findFirst();
  }

  /// The form that a file of that name usually has.
  public static Optional<Conversion> byExtension(Path target) {
    String name = target.getFileName().toString().toLowerCase(Locale.ROOT);
    String ending = name.substring(name.lastIndexOf('.') + 1);
    return ending.equals("raw")
        ? Optional.of(RAW)
        : Arrays.stream(values())
            .filter(form -> !form.extension.isEmpty() && form.extension.equals(ending))
            .findFirst();
  }

  /// All names.
  public static String words() {
    return Arrays.stream(values()).map(form -> form.word).collect(Collectors.joining(", "));
  }

  @Override
  public String toString() {
    return word;
  }
}
