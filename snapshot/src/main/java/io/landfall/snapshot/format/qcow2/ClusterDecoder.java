package io.landfall.snapshot.format.qcow2;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.BoundedCache;
import io.landfall.snapshot.format.file.ImageFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Unpacks compressed clusters. The output is always exactly one cluster, whatever the data says;
/// the last few clusters are kept, because a guest reads in smaller pieces.
///
/// Any thread.
final class ClusterDecoder {
  private static final long CACHE_BYTES = 4L << 20;

  /// 8 MiB, which every zstd decoder must offer; a cluster has at most 2 MiB.
  private static final int MAX_ZSTD_WINDOW_LOG = 23;

  private final ImageFile file;
  private final Header header;
  private final BoundedCache<byte[]> clusters =
      new BoundedCache<>(CACHE_BYTES, cluster -> cluster.length);

  ClusterDecoder(ImageFile file, Header header) {
    this.file = file;
    this.header = header;
  }

  /// The plain bytes of the cluster that `entry` points to; shared, not to be changed.
  byte[] cluster(long entry) throws IOException {
    return clusters.get(entry, this::decode);
  }

  private byte[] decode(long entry) throws IOException {
    CompressedRun run = CompressedRun.of(entry, header.clusterBits());
    ByteBuffer packed = ByteBuffer.allocate(run.length());
    file.readPadded(run.offset(), packed);
    byte[] plain = new byte[header.clusterBytes()];
    int count =
        header.compressionType() == Layout.COMPRESSION_ZSTD
            ? decodeZstd(packed.array(), plain, run.offset())
            : inflate(packed.array(), plain, run.offset());
    if (count < plain.length) {
      throw file.refuse(
          Reason.BAD_DATA,
          "compressed cluster at %d has %d bytes, expected %d"
              .formatted(run.offset(), count, plain.length));
    }
    return plain;
  }

  /// Raw deflate. What follows the stream in its last sector is no concern of ours, and like QEMU
  /// we want a full cluster, not an end mark.
  private int inflate(byte[] packed, byte[] plain, long offset) throws IOException {
    try (Inflater inflater = new Inflater(true)) {
      inflater.setInput(packed);
      int count = 0;
      while (count < plain.length) {
        int more = inflater.inflate(plain, count, plain.length - count);
        if (more == 0) {
          break;
        }
        count += more;
      }
      return count;
    } catch (DataFormatException e) {
      throw badData(offset, e);
    }
  }

  /// A stream and not one call: the frame is followed by other bytes, which one call refuses. It is
  /// closed here: one that waits for its finalizer keeps its buffers until then.
  private int decodeZstd(byte[] packed, byte[] plain, long offset) throws IOException {
    try (ZstdInputStreamNoFinalizer in =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(packed))) {
      in.setLongMax(MAX_ZSTD_WINDOW_LOG);
      return in.readNBytes(plain, 0, plain.length);
    } catch (IOException e) {
      throw badData(offset, e);
    }
  }

  private IOException badData(long offset, Exception cause) {
    IOException refusal =
        file.refuse(
            Reason.BAD_DATA,
            "compressed cluster at %d does not unpack: %s".formatted(offset, cause.getMessage()));
    refusal.addSuppressed(cause);
    return refusal;
  }
}
