package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Compares what has landed with what the source's manifest names, if it has one.
final class Sealing {
  private final RemoteImage source;
  private final Sources sources;
  private final LandingPlan plan;
  private final PartFile part;
  private PullSummary refetched = new PullSummary(0, 0, 0);

  Sealing(RemoteImage source, Sources sources, LandingPlan plan, PartFile part) {
    this.source = source;
    this.sources = sources;
    this.plan = plan;
    this.part = part;
  }

  /// Hashes, with the chunk size that the source has or would choose.
  Sealer sealer(RangeSet expected) {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 8);
    return new Sealer(part.file(), source.chunkSizeBytes(), expected, threads);
  }

  /// The manifest of what has landed under its name already.
  ///
  /// @throws LandingException `CONTENT_MISMATCH` if that is not what the source's manifest names
  Manifest verified(Sealer sealer) throws IOException {
    Manifest landed = sealer.finish();
    Manifest named = sources.manifest().orElse(landed);
    landed = inChunksOf(named, landed);
    requireEqual(differing(landed, named), landed, named, "");
    return landed;
  }

  /// The manifest of a part file, after what was wrong has been fetched again.
  Manifest repaired(Sealer sealer) throws IOException {
    Manifest landed = sealer.finish();
    Manifest named = sources.manifest().orElse(landed);
    landed = inChunksOf(named, landed);
    List<Long> wrong = differing(landed, named);
    if (!wrong.isEmpty()) {
      refetch(wrong, named.chunkSizeBytes());
      landed = Sealer.reseal(part.file(), landed, wrong);
      requireEqual(differing(landed, named), landed, named, ", also when fetched again");
    }
    return landed;
  }

  /// What was pulled to repair.
  PullSummary refetched() {
    return refetched;
  }

  /// A source that was still hashing may have decided for another chunk size.
  private Manifest inChunksOf(Manifest named, Manifest landed) throws IOException {
    if (named.chunkSizeBytes() == landed.chunkSizeBytes()) {
      return landed;
    }
    try (Sealer again = new Sealer(part.file(), named.chunkSizeBytes(), new RangeSet(), 1)) {
      again.seal(plan.everything());
      return again.finish();
    }
  }

  static List<Long> differing(Manifest landed, Manifest named) {
    List<Long> wrong = new ArrayList<>();
    if (!landed.imageId().equals(named.imageId())) {
      for (long chunk = 0; chunk < named.chunkCount(); chunk++) {
        if (!landed.chunk(chunk).equals(named.chunk(chunk))) {
          wrong.add(chunk);
        }
      }
    }
    return wrong;
  }

  /// Pulls chunks once more that are not what the manifest names: a seed, an old part file or a
  /// disk may have been wrong. What comes from the base cannot be had any other way.
  private void refetch(List<Long> chunks, int chunkSizeBytes) throws IOException {
    RangeSet wrong = new RangeSet();
    for (long chunk : chunks) {
      wrong.add(chunkRange(chunk, chunkSizeBytes));
    }
    part.revoke(wrong.ranges());
    for (Range range : wrong.minus(plan.base()).ranges()) {
      part.file().zero(range.offset(), range.length());
    }
    refetched =
        sources.pull(wrong.intersect(plan.data()).ranges(), new Rewriting(), TransferListener.NONE);
  }

  private Range chunkRange(long chunk, int chunkSizeBytes) {
    long start = chunk * chunkSizeBytes;
    return Range.between(start, Math.min(start + chunkSizeBytes, source.sizeBytes()));
  }

  private void requireEqual(List<Long> wrong, Manifest landed, Manifest named, String when)
      throws LandingException {
    if (wrong.isEmpty()) {
      return;
    }
    long chunk = wrong.getFirst();
    throw new LandingException(
        ErrorCode.CONTENT_MISMATCH,
        source
            + ": "
            + wrong.size()
            + " chunks are not what the manifest names"
            + when
            + "; chunk "
            + chunk
            + " at byte "
            + chunk * named.chunkSizeBytes()
            + " hashes to "
            + landed.chunk(chunk)
            + ", named "
            + named.chunk(chunk)
            + (plan.base().isEmpty() ? "" : "; is the base the image that the source means?"));
  }

  /// Writes what is fetched again.
  private final class Rewriting implements RangeSink {
    @Override
    public void data(long offset, ByteBuffer bytes) throws IOException {
      part.file().write(offset, bytes);
    }

    @Override
    public void zero(long offset, long length) throws IOException {
      part.file().zero(offset, length);
    }
  }
}
