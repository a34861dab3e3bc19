package io.landfall.perf.rig;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.LongAdder;

/// One way of a link: packets wait until the link is free, then travel. What would wait longer than
/// the queue is long is dropped. Runs on one thread, and allocates nothing while it does.
final class LinkDirection implements Runnable {
  private static final int ETHERNET_HEADER_BYTES = 14;
  private static final int TCP_DATA_OFFSET = 12;
  private static final int MAX_PACKETS = 1 << 16;
  private static final int ALIGNMENT = 16;
  private static final int READS_AT_ONCE = 32;
  private static final long IDLE_NANOS = 100_000_000;
  private static final long MIN_RING_BYTES = 4 << 20;
  private static final double NANOS = 1e9;
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.nativeOrder());

  private final TunDevice from;
  private final TunDevice to;
  private final double nanosAByte;
  private final long delayNanos;
  private final long queueNanos;
  private final long ringBytes;
  private final LongAdder wireBytes = new LongAdder();
  private final LongAdder dropped = new LongAdder();

  // Of the packets under way, by number modulo MAX_PACKETS.
  private final long[] due = new long[MAX_PACKETS];
  private final long[] at = new long[MAX_PACKETS];
  private final int[] length = new int[MAX_PACKETS];
  private long first; // number of the next to deliver
  private long next; // number of the next to come
  private long end; // of the bytes of the last one, in the ring
  private long freeAt; // when the link has sent all that waits

  LinkDirection(TunDevice from, TunDevice to, LinkSpec link) {
    this.from = from;
    this.to = to;
    this.nanosAByte = 8 * NANOS / link.bitsPerSecond();
    this.delayNanos = link.roundTrip().toNanos() / 2;
    this.queueNanos = (long) (link.queueBytes() * nanosAByte);
    // Twice what can be under way, since each packet's place is rounded up.
    double underWay = (delayNanos + queueNanos) / nanosAByte;
    this.ringBytes = Math.max(MIN_RING_BYTES, 2 * (long) underWay + MIN_RING_BYTES);
  }

  /// Bytes that went over the link so far, with the headers of every packet.
  long wireBytes() {
    return wireBytes.sum();
  }

  /// Packets that found the queue full.
  long dropped() {
    return dropped.sum();
  }

  @Override
  public void run() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment ring = arena.allocate(ringBytes, ALIGNMENT);
      TunDevice.Waiting waiting = from.new Waiting(arena);
      while (!Thread.currentThread().isInterrupted()) {
        long now = System.nanoTime();
        deliver(ring, now);
        long wait = first == next ? IDLE_NANOS : due[slot(first)] - now;
        if (wait > 0) {
          waiting.await(wait);
        }
        take(ring);
      }
    }
  }

  private static int slot(long number) {
    return (int) (number % MAX_PACKETS);
  }

  private void deliver(MemorySegment ring, long now) {
    while (first != next && due[slot(first)] <= now) {
      int slot = slot(first);
      to.write(ring.asSlice(at[slot], length[slot]));
      first++;
    }
  }

  private void take(MemorySegment ring) {
    for (int i = 0; i < READS_AT_ONCE; i++) {
      long place = place();
      if (place < 0) {
        return; // nothing is lost: the device keeps what is not read
      }
      MemorySegment room = ring.asSlice(place, TunDevice.MAX_PACKET_BYTES);
      int read = from.read(room);
      if (read < TunDevice.HEADER_BYTES) {
        return;
      }
      queue(place, read, wireLength(room, read));
    }
  }

  /// Where the next packet goes; negative if there is no room now.
  private long place() {
    if (next - first >= MAX_PACKETS) {
      return -1;
    }
    if (first == next) {
      return 0;
    }
    long start = at[slot(first)];
    long room = TunDevice.MAX_PACKET_BYTES + ALIGNMENT;
    if (end > start) {
      if (ringBytes - end >= room) {
        return end;
      }
      return start >= room ? 0 : -1;
    }
    return start - end >= room ? end : -1;
  }

  private void queue(long place, int read, long onWire) {
    long now = System.nanoTime();
    freeAt = Math.max(freeAt, now);
    if (freeAt - now > queueNanos) {
      dropped.increment();
      return;
    }
    freeAt += (long) (onWire * nanosAByte);
    int slot = slot(next);
    due[slot] = freeAt + delayNanos;
    at[slot] = place;
    length[slot] = read;
    end = place + (read + ALIGNMENT - 1L) / ALIGNMENT * ALIGNMENT;
    next++;
    wireBytes.add(onWire);
  }

  /// A segment that a card would cut counts with the headers of all its parts.
  private static long wireLength(MemorySegment packet, int read) {
    long bytes = (long) read - TunDevice.HEADER_BYTES;
    int kind = packet.get(ValueLayout.JAVA_BYTE, 1);
    int segment = Short.toUnsignedInt(packet.get(SHORT, 4));
    if (kind == 0 || segment == 0) {
      return bytes + ETHERNET_HEADER_BYTES;
    }
    int tcp = Short.toUnsignedInt(packet.get(SHORT, 6));
    int offset = TunDevice.HEADER_BYTES + tcp + TCP_DATA_OFFSET;
    int headers = tcp + (Byte.toUnsignedInt(packet.get(ValueLayout.JAVA_BYTE, offset)) >> 4) * 4;
    long parts = Math.max(1, (bytes - headers + segment - 1L) / segment);
    return bytes + ETHERNET_HEADER_BYTES + (parts - 1) * (headers + ETHERNET_HEADER_BYTES);
  }
}
