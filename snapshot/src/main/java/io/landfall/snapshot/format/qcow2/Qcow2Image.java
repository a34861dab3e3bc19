package io.landfall.snapshot.format.qcow2;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.ExtentCollector;
import io.landfall.snapshot.device.Zeros;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// One layer of a disk in a qcow2 file, read-only: what is not allocated is a `HOLE`, a zero
/// cluster is `ZERO`.
///
/// A backing file that the image names is not opened: the name is a label, and the caller stacks
/// the layers it means to stack. An image whose writer died (dirty, lazy refcounts) reads fine,
/// because refcounts are only for writers. The file must not change while it is open.
///
/// Any thread. Memory: 8 MiB of caches at most.
public final class Qcow2Image implements BlockDevice {
  private final ImageFile file;
  private final Header header;
  private final MappingCheck.Extras extras;
  private final ClusterMap map;
  private final ClusterDecoder decoder;

  private Qcow2Image(ImageFile file, Header header, MappingCheck.Extras extras) {
    this.file = file;
    this.header = header;
    this.extras = extras;
    this.map = new ClusterMap(file, header);
    this.decoder = new ClusterDecoder(file, header);
  }

  /// Opens a layer and checks its whole mapping.
  ///
  /// @throws io.landfall.snapshot.device.CorruptImageException if the image is not what the format
  ///   promises, wants a feature that is not supported, or keeps its data in another file
  public static Qcow2Image openLayer(Path path) throws IOException {
    ImageFile file = ImageFile.open(path);
    try {
      Header header = Header.read(file);
      return new Qcow2Image(file, header, MappingCheck.run(file, header));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// The name of the backing file as the image says it. A label: nothing opens it.
  public Optional<String> backingName() {
    return header.backingName();
  }

  /// 2 or 3.
  public int version() {
    return header.version();
  }

  /// Bytes of a cluster, the unit of allocation.
  public int clusterBytes() {
    return header.clusterBytes();
  }

  /// Whether the writer left without having stored its refcounts.
  public boolean dirty() {
    return header.dirty();
  }

  /// The names of the internal snapshots, which are not read.
  public List<String> snapshots() {
    return extras.snapshots();
  }

  /// The dirty bitmaps, unless their writer left the directory behind as no longer true.
  public List<Bitmap> bitmaps() {
    return extras.bitmaps();
  }

  @Override
  public long sizeBytes() {
    return header.sizeBytes();
  }

  @Override
  public void read(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long at = offset;
    while (target.hasRemaining()) {
      Mapping run = map.map(at, target.remaining());
      int length = (int) run.length();
      switch (run.kind()) {
        case DATA -> readData(run.host(), target, length);
        case COMPRESSED -> readCompressed(run.host(), at, target, length);
        case ZERO, HOLE -> Zeros.fill(target, length);
      }
      at += length;
    }
  }

  @Override
  public boolean readCached(long offset, ByteBuffer target) throws IOException {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), sizeBytes());
    long host = map.cachedData(offset, target.remaining());
    return host >= 0 && file.readCached(host, target);
  }

  private void readData(long host, ByteBuffer target, int length) throws IOException {
    int limit = target.limit();
    file.readPadded(host, target.limit(target.position() + length));
    target.limit(limit);
  }

  private void readCompressed(long entry, long offset, ByteBuffer target, int length)
      throws IOException {
    int inCluster = (int) (offset % header.clusterBytes());
    target.put(decoder.cluster(entry), inCluster, length);
  }

  @Override
  public List<Extent> extents(long offset, long length, int limit) throws IOException {
    ExtentCollector extents = new ExtentCollector(offset, length, limit, sizeBytes());
    while (extents.wantsMore()) {
      Mapping run = map.map(extents.position(), extents.remaining());
      extents.add(
          switch (run.kind()) {
            case DATA, COMPRESSED -> Extent.Kind.DATA;
            case ZERO -> Extent.Kind.ZERO;
            case HOLE -> Extent.Kind.HOLE;
          },
          run.length());
    }
    return extents.toList();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
