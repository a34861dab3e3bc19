package io.landfall.transfer.session;

import io.landfall.protocol.codec.Payloads;
import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.Data;
import io.netty.buffer.ByteBufAllocator;

/// Decides frame by frame whether, and with what, what goes over one connection is compressed: when
/// the network is what everything waits for, and the bytes before these became smaller. LZ4 where
/// it waits a little, zstd where it carried less than [#ZSTD_BYTES_PER_SECOND]: there is time for
/// the fifth that zstd saves more.
///
/// It begins when most of the last frames found the connection's queue filled, while it carried
/// less than [#SLOW_BYTES_PER_SECOND]: what is faster, a processor cannot compress in time. It ends
/// when the image moves slower than it did without, twice in a row, and then stays off for a while.
/// Decided once in [#PERIOD_FRAMES] frames.
///
/// One thread at a time; no clock of its own.
public final class AdaptiveCompression {
  /// A gigabit a second. LZ4 makes 300 MB/s of text a second and core, and both sides pay.
  static final double SLOW_BYTES_PER_SECOND = 125e6;

  /// A third of what zstd makes of text on one core: two connections at that rate leave a core
  /// free.
  static final double ZSTD_BYTES_PER_SECOND = 40e6;

  /// As many as fill an empty queue: the first period, in which frames leave for the queue and not
  /// for the network, is none in which most of them waited, and so nothing is concluded from it.
  static final int PERIOD_FRAMES = 8;

  private static final int MOST = PERIOD_FRAMES * 3 / 4;

  /// One slow period in between is the network's doing.
  private static final int MOST_SLOWER = 2;

  /// Periods without a new try after one that did not pay.
  private static final int REST_PERIODS = 32;

  private static final double NANOS = 1e9;

  /// After a frame that did not become smaller, this much goes plain before the next try.
  private static final int PLAIN_STRETCH_BYTES = 2 << 20;

  private boolean on;
  private int frames;
  private int waits;
  private int rest;
  private Codec codec = Codec.LZ4;
  private double plainRate; // of what left, in the period before it began
  private int slower; // periods since it began, in a row
  private long periodStart = -1;
  private long periodBytes;
  private int plainStretch;

  /// A frame is about to be read.
  ///
  /// @param waited the connection had as much queued as it may keep waiting
  /// @param sentBytes what has left on it so far, as sent
  public void observe(boolean waited, long sentBytes, long nowNanos) {
    if (periodStart < 0) {
      periodStart = nowNanos;
      periodBytes = sentBytes;
    }
    frames++;
    waits += waited ? 1 : 0;
    if (frames == PERIOD_FRAMES) {
      double seconds = Math.max(1, nowNanos - periodStart) / NANOS;
      decide(frames * (double) Answer.FRAME_BYTES / seconds, (sentBytes - periodBytes) / seconds);
      frames = 0;
      waits = 0;
      periodStart = nowNanos;
      periodBytes = sentBytes;
    }
  }

  private void decide(double imageRate, double wireRate) {
    if (on) {
      slower = imageRate >= plainRate ? 0 : slower + 1;
      on = slower < MOST_SLOWER && wireRate < SLOW_BYTES_PER_SECOND;
      rest = on ? 0 : REST_PERIODS;
    } else if (rest > 0) {
      rest--;
    } else {
      on = waits >= MOST && wireRate < SLOW_BYTES_PER_SECOND;
      plainRate = wireRate; // frames of the image may have gone no further than the queue
      slower = 0;
      codec = wireRate < ZSTD_BYTES_PER_SECOND ? Codec.ZSTD : Codec.LZ4;
    }
  }

  /// Whether frames are compressed now, unless they are of a kind that does not become smaller.
  public boolean on() {
    return on;
  }

  /// Compresses a frame if that pays.
  ///
  /// @param data taken over
  /// @param strongest that the receiver takes
  /// @return `data` itself, or its compressed form
  Data apply(Data data, Codec strongest, ByteBufAllocator allocator) {
    if (!on || strongest == Codec.PLAIN) {
      return data;
    }
    if (plainStretch > 0) {
      plainStretch -= data.rawLength();
      return data;
    }
    Data packed = Payloads.compress(data, codec(strongest), allocator);
    if (packed.codec() == Codec.PLAIN) {
      plainStretch = PLAIN_STRETCH_BYTES;
    }
    return packed;
  }

  /// What compresses now.
  Codec codec(Codec strongest) {
    return codec.compareTo(strongest) < 0 ? codec : strongest;
  }

  /// Compresses always, for tests and for who knows better.
  static AdaptiveCompression always() {
    AdaptiveCompression compression = new AdaptiveCompression();
    compression.on = true;
    return compression;
  }
}
