package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import io.landfall.snapshot.format.vmdk.VmdkParent;
import io.landfall.snapshot.format.vmdk.VmdkWriter;
import io.landfall.store.chunking.Chunking;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A disk of a VMware job on a file system that both hosts see: it stays where it is, and the names
/// of its chunks come from the submit host, so that checkpoints and results know what they are
/// based on.
final class InPlaceBase {
  private static final String NAMES = ".base";

  private InPlaceBase() {}

  /// Opens a disk where it lies, and remembers its names in the claim's directory.
  static ClaimBase open(Peer from, Request.DiskOrder disk, Path claim) throws IOException {
    Request.InPlace place = disk.inPlace().orElseThrow();
    Manifest manifest;
    try (RemoteImage remote = RemoteImage.open(from, place.export())) {
      manifest =
          remote
              .manifest()
              .orElseThrow(() -> new IOException(place.path() + ": its chunks have no names yet"));
    }
    keep(manifest, claim.resolve(disk.device() + NAMES));
    return base(disk, manifest);
  }

  /// The same from what is remembered.
  static ClaimBase again(Request.DiskOrder disk, Path claim) throws IOException {
    return base(disk, read(claim.resolve(disk.device() + NAMES)));
  }

  /// By a path without links: VMware makes no snapshot through one.
  private static ClaimBase base(Request.DiskOrder disk, Manifest manifest) throws IOException {
    Path path = Path.of(disk.inPlace().orElseThrow().path()).toRealPath();
    ClaimBase base =
        ClaimBase.inPlace(manifest, path, disk.cdrom() ? ImageFormat.RAW : ImageFormat.VMDK);
    try (BlockDevice content = base.open()) {
      if (content.sizeBytes() != manifest.sizeBytes()) {
        throw new IOException(
            "%s: a disk of %d bytes here, of %d on the submit host; both must see the same file"
                .formatted(path, content.sizeBytes(), manifest.sizeBytes()));
      }
    }
    return base;
  }

  private static void keep(Manifest manifest, Path file) throws IOException {
    ByteBuffer bytes =
        ByteBuffer.allocate(
            Math.toIntExact(
                Long.BYTES + Integer.BYTES + manifest.chunkCount() * ChunkId.SIZE_BYTES));
    bytes.putLong(manifest.sizeBytes()).putInt(manifest.chunkSizeBytes());
    for (long i = 0; i < manifest.chunkCount(); i++) {
      manifest.chunk(i).writeTo(bytes);
    }
    DurableFiles.replace(file, bytes.array());
  }

  private static Manifest read(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    Manifest.Builder manifest = Manifest.builder(bytes.getLong(), bytes.getInt());
    for (long i = 0; bytes.hasRemaining(); i++) {
      manifest.put(i, ChunkId.readFrom(bytes));
    }
    return manifest.build();
  }

  /// Makes the overlay that a checkpoint's disk is over its base, of the chunks in which the two
  /// differ. A driver makes the one in which nothing differs.
  ///
  /// @return the bytes that travelled
  static long makeOverlay(Peer from, Request.DiskOrder disk, ClaimBase base, Path overlay)
      throws IOException {
    Files.deleteIfExists(overlay);
    if (disk.export().equals(disk.inPlace().orElseThrow().export())) {
      return 0;
    }
    Path changes = overlay.resolveSibling(disk.device() + ".changes");
    Files.deleteIfExists(changes);
    try (RemoteImage remote = RemoteImage.open(from, disk.export());
        RawFile landed = RawFile.create(changes, remote.sizeBytes())) {
      Manifest wanted =
          remote
              .manifest()
              .orElseThrow(() -> new IOException(remote + ": a checkpoint without names"));
      List<Range> differing = differing(base.manifest(), wanted);
      remote.pull(differing, new Into(landed), progress -> {});
      verify(base, landed, differing, wanted);
      write(base, landed, differing, overlay);
      return differing.stream().mapToLong(Range::length).sum();
    } finally {
      Files.deleteIfExists(changes);
    }
  }

  private static List<Range> differing(Manifest base, Manifest wanted) throws IOException {
    if (base.sizeBytes() != wanted.sizeBytes()
        || base.chunkSizeBytes() != wanted.chunkSizeBytes()) {
      throw new IOException(
          "a checkpoint of a disk of %d bytes over one of %d"
              .formatted(wanted.sizeBytes(), base.sizeBytes()));
    }
    List<Range> ranges = new ArrayList<>();
    long chunk = base.chunkSizeBytes();
    for (long i = 0; i < base.chunkCount(); i++) {
      if (!base.chunk(i).equals(wanted.chunk(i))) {
        ranges.add(Range.between(i * chunk, Math.min((i + 1) * chunk, base.sizeBytes())));
      }
    }
    return Range.merged(ranges);
  }

  private static void verify(ClaimBase base, RawFile landed, List<Range> differing, Manifest wanted)
      throws IOException {
    try (BlockDevice whole = LayeredDevice.over(new Within(landed, differing), base.open())) {
      Manifest made = Chunking.update(base.manifest(), whole, differing);
      if (!made.imageId().equals(wanted.imageId())) {
        throw new IOException(
            base.path() + " with what its checkpoint changed is not what was saved");
      }
    }
  }

  private static void write(ClaimBase base, RawFile landed, List<Range> differing, Path overlay)
      throws IOException {
    try (VmdkImage parent = VmdkImage.openLayer(base.path());
        BlockDevice before = base.open()) {
      VmdkWriter.writeDelta(
          new Within(landed, differing),
          new Within(before, differing),
          new VmdkParent(parent.cid(), base.path().toString()),
          overlay,
          done -> {});
    }
  }

  /// What a reply says of it.
  static Reply.LandedPart part(String device, ClaimBase base, long pulled, long began) {
    long size = base.manifest().sizeBytes();
    long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
    return new Reply.LandedPart(
        device,
        base.manifest().imageId().toString(),
        new Figures(size, 0, size - pulled, 0, 0, pulled, pulled, millis));
  }

  private record Into(RawFile file) implements RangeSink {
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      file.write(offset, bytes);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      file.zero(offset, length);
    }
  }

  /// A device as a layer that has some ranges and nothing else. Borrows it.
  private record Within(BlockDevice device, List<Range> ranges) implements BlockDevice {
    @Override
    public long sizeBytes() {
      return device.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      Range wanted = new Range(offset, target.remaining());
      for (int at = target.position(); at < target.limit(); at++) {
        target.put(at, (byte) 0);
      }
      for (Range range : ranges) {
        if (range.overlaps(wanted)) {
          Range part = range.intersect(wanted);
          int start = target.position() + (int) (part.offset() - offset);
          device.read(part.offset(), target.slice(start, (int) part.length()));
        }
      }
      target.position(target.limit());
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      List<Extent> extents = new ArrayList<>();
      long end = offset + length;
      long at = offset;
      for (Range range : ranges) {
        if (range.end() <= at || range.offset() >= end) {
          continue;
        }
        if (range.offset() > at) {
          extents.add(new Extent(at, range.offset() - at, Extent.Kind.HOLE));
          at = range.offset();
        }
        long until = Math.min(end, range.end());
        extents.add(new Extent(at, until - at, Extent.Kind.DATA));
        at = until;
      }
      if (at < end) {
        extents.add(new Extent(at, end - at, Extent.Kind.HOLE));
      }
      return extents.subList(0, Math.min(limit, extents.size()));
    }

    @Override
    public void close() {}
  }
}
