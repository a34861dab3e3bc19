package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// The end of a lazy landing: all bytes are here, and are compared with what the manifest names.
final class LazySeal {
  private static final Logger LOG = System.getLogger(LazySeal.class.getName());

  private final Manifest named;
  private final RangeSet everything;
  private final PartFile part;
  private final Path target;
  private final Consumer<List<Range>> onDifference;

  LazySeal(
      Manifest named,
      RangeSet everything,
      PartFile part,
      Path target,
      Consumer<List<Range>> onDifference) {
    this.named = named;
    this.everything = everything;
    this.part = part;
    this.target = target;
    this.onDifference = onDifference;
  }

  /// Hashes all of it, puts right what differs, makes it durable and gives it its name.
  ///
  /// @param origin what is wrong comes from there again
  Manifest seal(Origin origin) throws IOException {
    Manifest sealed = repaired(hash(), origin);
    part.commit(false);
    return sealed;
  }

  private Manifest hash() throws IOException {
    try (Sealer sealer = new Sealer(part.file(), named.chunkSizeBytes(), new RangeSet(), 1)) {
      sealer.seal(everything);
      return sealer.finish();
    }
  }

  private Manifest repaired(Manifest sealed, Origin origin) throws IOException {
    List<Long> wrong = Sealing.differing(sealed, named);
    if (wrong.isEmpty()) {
      return sealed;
    }
    List<Range> ranges = new ArrayList<>();
    for (long chunk : wrong) {
      long start = chunk * named.chunkSizeBytes();
      ranges.add(Range.between(start, Math.min(start + named.chunkSizeBytes(), named.sizeBytes())));
    }
    LOG.log(Level.ERROR, "{0}: {1} chunks are not what was named", target, wrong.size());
    part.revoke(ranges);
    onDifference.accept(Range.merged(ranges));
    origin.get().pull(ranges, PullSettings.BULK, new Rewriting());
    part.file().flush();
    Manifest again = Sealer.reseal(part.file(), sealed, wrong);
    if (!again.imageId().equals(named.imageId())) {
      throw new LandingException(
          ErrorCode.CONTENT_MISMATCH,
          target + ": is not what its manifest names, also when fetched again");
    }
    return again;
  }

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
