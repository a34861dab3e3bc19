package io.landfall.transfer.session;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.TransferMessage.Data;
import io.landfall.protocol.message.TransferMessage.Want;
import io.landfall.protocol.message.TransferMessage.Zero;
import io.landfall.snapshot.device.Range;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntSupplier;

/// The asking side of one pull: turns ranges into wants over any number of lanes (data
/// connections), checks that what comes back is what was asked, and knows when all of it is
/// written.
///
/// Every byte is accepted exactly once: what a lost lane had not delivered is asked again on
/// another, and what still arrives for the old want is stale. Credit is taken with a want and given
/// back when its bytes are written, so the slowest of network and disk sets the pace.
///
/// Not thread-safe: the caller holds a lock around each call.
public final class Pull {
  /// Wants that one lane may have under way, a bound for ranges of a few bytes each.
  static final int MAX_ASKS = 256;

  private final int handle;
  private final PullSettings settings;
  private final Credit credit;
  private final IntSupplier requests;
  private final Work work;
  private final Map<Integer, Ask> asks = new HashMap<>();
  private final Map<Integer, Lane> lanes = new HashMap<>();
  private final long totalBytes;
  private long writtenBytes;
  private boolean cancelled;

  /// A pull of `ranges`, which may overlap; each byte comes once.
  ///
  /// @param credit for all that is under way
  /// @param requests gives each want a number that no other pull of the link has
  public Pull(
      int handle, List<Range> ranges, PullSettings settings, Credit credit, IntSupplier requests) {
    List<Range> merged = Range.merged(ranges);
    this.handle = handle;
    this.settings = settings;
    this.credit = credit;
    this.requests = requests;
    this.work = new Work(merged, settings);
    this.totalBytes = merged.stream().mapToLong(Range::length).sum();
  }

  /// A connection is there to ask on.
  public void openLane(int lane) {
    lanes.put(lane, new Lane());
  }

  /// What to ask on `lane` now; empty if nothing is left, its window is full, or there is no
  /// credit.
  public Optional<Want> next(int lane) {
    Lane on = lanes.get(lane);
    if (on == null
        || cancelled
        || on.asks >= MAX_ASKS
        || on.unwrittenBytes + settings.wantBytes() > settings.windowBytes()
        || !credit.take(settings.wantBytes())) {
      return Optional.empty();
    }
    Range range = work.take(lane);
    int length = range == null ? 0 : (int) range.length();
    if (length < settings.wantBytes()) {
      credit.give(settings.wantBytes() - length);
    }
    return range == null ? Optional.empty() : Optional.of(ask(lane, on, range));
  }

  private Want ask(int lane, Lane on, Range range) {
    int request = requests.getAsInt();
    asks.put(request, new Ask(lane, range));
    on.asks++;
    on.unwrittenBytes += range.length();
    return new Want(
        request,
        handle,
        range.offset(),
        (int) range.length(),
        settings.priority(),
        settings.codec());
  }

  /// Checks bytes that arrived.
  ///
  /// @return whether they are to be written; false if they are stale
  /// @throws ProtocolException if they are not what was asked
  public boolean accept(int lane, Data data) throws ProtocolException {
    return accept(lane, data.request(), data.handle(), data.offset(), data.rawLength());
  }

  /// Checks a zero run that arrived, as [#accept(int, Data)] does bytes.
  public boolean accept(int lane, Zero zero) throws ProtocolException {
    return accept(lane, zero.request(), zero.handle(), zero.offset(), zero.length());
  }

  private boolean accept(int lane, int request, int ofHandle, long offset, int length)
      throws ProtocolException {
    Ask ask = asks.get(request);
    if (ask == null) {
      return false;
    }
    if (ask.lane != lane
        || ofHandle != handle
        || offset != ask.position
        || length > ask.end - offset) {
      throw new ProtocolException(
          ErrorCode.PROTOCOL_VIOLATION,
          "answer to want "
              + request
              + ": "
              + length
              + " bytes at "
              + offset
              + ", expected up to "
              + (ask.end - ask.position)
              + " at "
              + ask.position);
    }
    ask.position += length;
    if (ask.position == ask.end) {
      asks.remove(request);
      lanes.get(lane).asks--;
    }
    return true;
  }

  /// Accepted bytes are written, or never will be; each accepted message is reported once.
  public void written(int lane, int bytes) {
    credit.give(bytes);
    writtenBytes += bytes;
    Lane on = lanes.get(lane);
    if (on != null) {
      on.unwrittenBytes -= bytes;
    }
  }

  /// A connection is gone: what it had not delivered goes back to the work.
  public void closeLane(int lane) {
    if (lanes.remove(lane) == null) {
      return;
    }
    work.closeLane(lane);
    Iterator<Ask> left = asks.values().iterator();
    while (left.hasNext()) {
      Ask ask = left.next();
      if (ask.lane == lane) {
        left.remove();
        forget(ask);
      }
    }
  }

  /// Asks nothing more and treats what still arrives as stale.
  public void cancel() {
    cancelled = true;
    asks.values().forEach(this::forget);
    asks.clear();
  }

  private void forget(Ask ask) {
    credit.give((int) (ask.end - ask.position));
    work.giveBack(Range.between(ask.position, ask.end));
  }

  /// Whether a want of this pull has that number and is not answered in full.
  public boolean asked(int request) {
    return asks.containsKey(request);
  }

  /// Whether any connection is left.
  public boolean hasLanes() {
    return !lanes.isEmpty();
  }

  /// Whether every byte is written.
  public boolean complete() {
    return writtenBytes == totalBytes;
  }

  /// Whether nothing is under way although not all is done: the pull waits for credit alone.
  public boolean idle() {
    return !cancelled
        && !complete()
        && asks.isEmpty()
        && lanes.values().stream().allMatch(lane -> lane.unwrittenBytes == 0);
  }

  public int wantBytes() {
    return settings.wantBytes();
  }

  public long totalBytes() {
    return totalBytes;
  }

  private static final class Lane {
    int asks;
    long unwrittenBytes;
  }

  private static final class Ask {
    final int lane;
    final long end;
    long position;

    Ask(int lane, Range range) {
      this.lane = lane;
      this.position = range.offset();
      this.end = range.end();
    }
  }
}
