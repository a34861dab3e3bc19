package io.landfall.snapshot.format.vmdk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One layer of a disk in VMDK, read-only: a grain that is not there is a `HOLE`.
///
/// Read are monolithicSparse, streamOptimized, monolithicFlat, twoGbMaxExtentSparse,
/// twoGbMaxExtentFlat and vmfs, also as deltas. A parent that the image names is not opened: the
/// caller stacks the layers, and the content ids are compared.
///
/// Any thread.
public final class VmdkImage implements BlockDevice {
  private final String name;
  private final Descriptor descriptor;
  private final List<BlockDevice> extents;
  private final long[] starts; // of each extent, and the end of the last

  private VmdkImage(String name, Descriptor descriptor, List<BlockDevice> extents) {
    this.name = name;
    this.descriptor = descriptor;
    this.extents = List.copyOf(extents);
    this.starts = new long[extents.size() + 1];
    for (int i = 0; i < extents.size(); i++) {
      starts[i + 1] = starts[i] + extents.get(i).sizeBytes();
    }
  }

  /// Opens a layer by its descriptor, or by the one file that has it inside.
  ///
  /// @throws CorruptImageException if the image is not what the format promises, or names a file
  ///   that is not plainly beside it
  public static VmdkImage openLayer(Path path) throws IOException {
    return openLayer(ImageFile.open(path));
  }

  /// Opens a layer that is one file, such as a member of an archive: sparse, with its descriptor
  /// inside, so that it can name no other. Takes ownership.
  public static VmdkImage openSingleFile(ImageFile file) throws IOException {
    return open(file, Opening::openSparse);
  }

  private static VmdkImage openLayer(ImageFile file) throws IOException {
    return open(file, Opening::open);
  }

  private interface Step {
    VmdkImage run(Opening opening) throws IOException;
  }

  private static VmdkImage open(ImageFile file, Step step) throws IOException {
    List<BlockDevice> opened = new ArrayList<>();
    try {
      return step.run(new Opening(file, opened));
    } catch (IOException | RuntimeException e) {
      for (BlockDevice extent : opened) {
        extent.close();
      }
      file.close();
      throw e;
    }
  }

  /// Opens a chain of deltas, the newest first and its last base at the end, after a look whether
  /// each was made over the next: the parent's content id must be the one that the child noted.
  public static BlockDevice openChain(List<Path> newestFirst) throws IOException {
    List<VmdkImage> layers = new ArrayList<>();
    try {
      for (Path path : newestFirst) {
        layers.add(openLayer(path));
      }
      requireChain(layers);
    } catch (IOException | RuntimeException e) {
      for (VmdkImage layer : layers) {
        layer.close();
      }
      throw e;
    }
    BlockDevice disk = layers.removeLast();
    while (!layers.isEmpty()) {
      disk = LayeredDevice.over(layers.removeLast(), disk);
    }
    return disk;
  }

  private static void requireChain(List<VmdkImage> layers) throws IOException {
    for (int i = 0; i < layers.size(); i++) {
      VmdkImage layer = layers.get(i);
      long expected = i + 1 < layers.size() ? layers.get(i + 1).cid() : Descriptor.NO_PARENT;
      if (layer.descriptor.parentCid() != expected) {
        throw new CorruptImageException(
            Reason.INCONSISTENT,
            "%s: was made over content %08x, but below it is %s"
                .formatted(
                    layer.name,
                    layer.descriptor.parentCid(),
                    expected == Descriptor.NO_PARENT ? "nothing" : "%08x".formatted(expected)));
      }
    }
  }

  /// The content id, which changes when the disk is first written after it was opened.
  public long cid() {
    return descriptor.cid();
  }

  /// Whether this is a delta over another disk.
  public boolean hasParent() {
    return descriptor.hasParent();
  }

  /// The name of the parent as the image says it. A label: nothing opens it.
  public Optional<String> parentName() {
    return descriptor.parentName();
  }

  /// The kind of VMDK, such as `streamOptimized`.
  public String createType() {
    return descriptor.createType();
  }

  @Override
  public long sizeBytes() {
    return starts[extents.size()];
  }

  private int extentAt(long offset) {
    int at = Arrays.binarySearch(starts, offset);
    return at >= 0 ? at : -at - 2;
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    int limit = target.limit();
    while (target.hasRemaining()) {
      int index = extentAt(at);
      int length = (int) Math.min(target.remaining(), starts[index + 1] - at);
      extents.get(index).read(at - starts[index], target.limit(target.position() + length));
      target.limit(limit);
      at += length;
    }
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector merged = new ExtentCollector(offset, length, limit, sizeBytes());
    while (merged.wantsMore()) {
      int index = extentAt(merged.position());
      long inExtent = Math.min(merged.remaining(), starts[index + 1] - merged.position());
      long start = merged.position() - starts[index];
      for (Extent extent : extents.get(index).extents(start, inExtent, limit)) {
        merged.add(extent.kind(), extent.length());
      }
    }
    return merged.toList();
  }

  @Override
  public void close() throws IOException {
    IOException first = null;
    for (BlockDevice extent : extents) {
      try {
        extent.close();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  @Override
  public String toString() {
    return name;
  }

  /// One opening; everything opened on the way is in `opened`, for whoever must close it.
  private record Opening(ImageFile file, List<BlockDevice> opened) {

    VmdkImage open() throws IOException {
      ByteBuffer first = ByteBuffer.allocate(Integer.BYTES);
      file.readPadded(0, first);
      boolean sparse = first.order(ByteOrder.LITTLE_ENDIAN).getInt(0) == SparseHeader.MAGIC;
      return sparse ? openSparse() : openDescriptor();
    }

    private VmdkImage openSparse() throws IOException {
      SparseExtent extent = SparseExtent.open(file);
      byte[] text = extent.descriptor();
      if (text.length == 0) {
        throw file.refuse(
            Reason.UNSUPPORTED, "is one extent of a split disk; open the disk by its descriptor");
      }
      Descriptor descriptor = Descriptor.parse(file, text);
      requireType(descriptor, "monolithicSparse", "streamOptimized");
      if (descriptor.extents().size() != 1
          || !descriptor.extents().getFirst().type().equals("SPARSE")
          || descriptor.sectors() != extent.header().capacity()) {
        throw file.refuse(
            Reason.INCONSISTENT,
            "the descriptor lists %d extents with %d sectors, the file is one with %d"
                .formatted(
                    descriptor.extents().size(), descriptor.sectors(), extent.header().capacity()));
      }
      return new VmdkImage(file.toString(), descriptor, List.of(extent));
    }

    private VmdkImage openDescriptor() throws IOException {
      if (file.sizeBytes() > Descriptor.MAX_BYTES) {
        throw file.refuse(
            Reason.OVER_LIMIT,
            "a descriptor of %d bytes, at most %d"
                .formatted(file.sizeBytes(), Descriptor.MAX_BYTES));
      }
      byte[] text = new byte[(int) file.sizeBytes()];
      file.readPadded(0, ByteBuffer.wrap(text));
      Descriptor descriptor = Descriptor.parse(file, text);
      String type =
          switch (descriptor.createType()) {
            case "monolithicFlat", "twoGbMaxExtentFlat", "2GbMaxExtentFlat" -> "FLAT";
            case "twoGbMaxExtentSparse", "2GbMaxExtentSparse" -> "SPARSE";
            case "vmfs" -> "VMFS";
            default -> throw unsupportedType(descriptor);
          };
      if (descriptor.hasParent() && !type.equals("SPARSE")) {
        throw file.refuse(
            Reason.INCONSISTENT, "is flat and has a parent, which would never show through");
      }
      ExtentFiles files = new ExtentFiles(file);
      for (Descriptor.ExtentLine line : descriptor.extents()) {
        openExtent(files, line, type);
      }
      if (opened.isEmpty()) {
        throw file.refuse(Reason.INCONSISTENT, "the descriptor lists no extent");
      }
      file.close(); // a text that has been read
      return new VmdkImage(file.toString(), descriptor, opened);
    }

    private void openExtent(ExtentFiles files, Descriptor.ExtentLine line, String type)
        throws IOException {
      if (!line.type().equals(type)) {
        throw file.refuse(
            Reason.UNSUPPORTED,
            "lists a %s extent, expected %s only".formatted(Labels.printable(line.type()), type));
      }
      ImageFile extentFile = files.open(line.file());
      try {
        if (!type.equals("SPARSE")) {
          opened.add(FlatExtent.open(extentFile, line));
          return;
        }
        SparseExtent extent = SparseExtent.open(extentFile);
        if (extent.header().capacity() != line.sectors()) {
          throw extentFile.refuse(
              Reason.INCONSISTENT,
              "has %d sectors, its descriptor says %d"
                  .formatted(extent.header().capacity(), line.sectors()));
        }
        opened.add(extent);
      } catch (IOException | RuntimeException e) {
        extentFile.close();
        throw e;
      }
    }

    private void requireType(Descriptor descriptor, String... types) throws IOException {
      if (!List.of(types).contains(descriptor.createType())) {
        throw unsupportedType(descriptor);
      }
    }

    private IOException unsupportedType(Descriptor descriptor) {
      return file.refuse(
          Reason.UNSUPPORTED,
          "is a VMDK of type \"%s\", which is not supported here"
              .formatted(Labels.printable(descriptor.createType())));
    }
  }
}
