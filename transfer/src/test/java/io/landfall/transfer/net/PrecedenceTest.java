package io.landfall.transfer.net;

import static io.landfall.protocol.message.TransferMessage.Priority.BACKGROUND;
import static io.landfall.protocol.message.TransferMessage.Priority.LANDING;
import static io.landfall.protocol.message.TransferMessage.Priority.URGENT;
import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.protocol.message.TransferMessage.Priority;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What goes first, over all connections of one sender.
@Timeout(120)
class PrecedenceTest {
  private static final int FRAME = 256 << 10;
  private static final int MIB = 1 << 20;

  /// What may be on its way when bytes are counted: what a connection queues, and frames.
  private static final long ON_THE_WAY = 3 * MIB;

  private final Precedence precedence = new Precedence();

  /// What of `priority` goes while `first` sends so many frames, all in one moment.
  private long sentBeside(Priority first, int frames, Priority priority) {
    precedence.spent(priority, FRAME, 0); // none is its first
    long sent = 0;
    for (int i = 0; i < frames; i++) {
      precedence.spent(first, FRAME, 0);
      if (precedence.waitNanos(priority, 0) == 0) {
        precedence.spent(priority, FRAME, 0);
        sent += FRAME;
      }
    }
    return sent;
  }

  @Test
  void backgroundHasASmallShareBesideALanding() {
    precedence.owes(LANDING, _ -> true, true);
    assertThat(sentBeside(LANDING, 1600, BACKGROUND)).isBetween(99L * FRAME, 101L * FRAME);
  }

  @Test
  void landingHasASmallShareBesideWhatIsUrgent() {
    precedence.owes(URGENT, _ -> true, true);
    assertThat(sentBeside(URGENT, 1600, LANDING)).isBetween(99L * FRAME, 101L * FRAME);
  }

  @Test
  void backgroundHasAFrameNowAndThenThoughNothingElseMoves() {
    precedence.owes(LANDING, _ -> true, true);
    precedence.spent(BACKGROUND, FRAME, 0);
    assertThat(precedence.waitNanos(BACKGROUND, Precedence.AT_LEAST_NANOS - 1)).isPositive();
    assertThat(precedence.waitNanos(BACKGROUND, Precedence.AT_LEAST_NANOS)).isZero();
  }

  @Test
  void nobodyStandsBackForWhatCannotGo() {
    precedence.spent(LANDING, FRAME, 0);
    precedence.spent(BACKGROUND, FRAME, 0);
    Precedence.Debtor full = _ -> false;
    precedence.owes(URGENT, full, true);
    assertThat(precedence.waitNanos(LANDING, 1)).isZero();
    Precedence.Debtor open = _ -> true;
    precedence.owes(URGENT, open, true);
    assertThat(precedence.waitNanos(LANDING, 1)).isPositive();
    assertThat(precedence.waitNanos(BACKGROUND, 1)).isPositive();
    assertThat(precedence.waitNanos(URGENT, 1)).isZero();
    precedence.owes(URGENT, open, false);
    assertThat(precedence.waitNanos(LANDING, 1)).isZero();
    assertThat(precedence.waitNanos(BACKGROUND, 1)).isZero();
  }

  @Test
  void landingOverOneLinkGoesBeforeAFillOverAnother() throws Exception {
    assertGoesFirst(LANDING, BACKGROUND);
  }

  @Test
  void guestsReadOverOneLinkGoesBeforeALandingOverAnother() throws Exception {
    assertGoesFirst(URGENT, LANDING);
  }

  /// Two hosts pull from a third at once, which may send 16 MiB a second. While `first` has its 16
  /// MiB, the other has no more than its share.
  private static void assertGoesFirst(Priority first, Priority then) throws Exception {
    byte[] content = new byte[64 * MIB];
    new Random(7).nextBytes(content);
    MemoryDevice disk = new MemoryDevice(content.length);
    disk.write(0, ByteBuffer.wrap(content));
    try (Endpoint sender = Endpoint.open(EndpointSettings.of("sender"));
        Endpoint one = Endpoint.open(EndpointSettings.of("one"));
        Endpoint other = Endpoint.open(EndpointSettings.of("other"))) {
      sender.limitSending(16 * MIB);
      InetSocketAddress address =
          sender.listen(
              new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
              peer -> peer.serve(name -> Optional.of(Export.of(disk))));
      RemoteExport standing = other.connect(address).open("disk");
      RemoteExport going = one.connect(address).open("disk");
      AtomicLong stood = new AtomicLong();
      CountDownLatch begun = new CountDownLatch(1);
      CompletableFuture<PullSummary> rest = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              rest.complete(
                  pull(
                      standing,
                      40 * MIB,
                      then,
                      bytes -> {
                        stood.addAndGet(bytes);
                        begun.countDown();
                      }));
            } catch (IOException e) {
              rest.completeExceptionally(e);
            }
          });
      begun.await();
      AtomicLong before = new AtomicLong(-1);
      long start = System.nanoTime();
      PullSummary went =
          pull(going, 16 * MIB, first, bytes -> before.compareAndSet(-1, stood.get()));
      long beside = stood.get() - before.get();
      long frames = (System.nanoTime() - start) / Precedence.AT_LEAST_NANOS + 1;
      assertThat(went.dataBytes()).isEqualTo(16 * MIB);
      assertThat(beside).isLessThan(MIB + frames * FRAME + ON_THE_WAY);
      assertThat(rest.isDone()).isFalse();
      sender.limitSending(0);
      assertThat(rest.get().dataBytes()).isEqualTo(40 * MIB);
    }
  }

  private static PullSummary pull(
      RemoteExport from, int bytes, Priority priority, java.util.function.IntConsumer arrived)
      throws IOException {
    return from.pull(
        List.of(new Range(0, bytes)),
        PullSettings.BULK.ranked(priority),
        new RangeSink() {
          @Override
          public void data(long offset, ByteBuffer data) {
            arrived.accept(data.remaining());
          }

          @Override
          public void zero(long offset, long length) {}
        });
  }
}
