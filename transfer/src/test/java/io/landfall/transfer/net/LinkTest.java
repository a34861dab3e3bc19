package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.PullSettings;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LinkTest {
  private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
  private Endpoint server;
  private Endpoint client;
  private InetSocketAddress address;

  @BeforeEach
  void open() throws IOException {
    server = Endpoint.open(EndpointSettings.of("server"));
    client = Endpoint.open(EndpointSettings.of("client"));
    address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            peer -> {
              peer.onRequest(json -> "re:" + json);
              accepted.add(peer);
            });
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void eitherSideAsksAndIsAnswered() throws Exception {
    Peer toServer = client.connect(address, peer -> peer.onRequest(json -> "client " + json));
    assertThat(toServer.name()).isEqualTo("server");
    assertThat(toServer.request("{}")).isEqualTo("re:{}");
    Peer toClient = accepted.take();
    assertThat(toClient.name()).isEqualTo("client");
    assertThat(toClient.request("ping")).isEqualTo("client ping");
  }

  @Test
  void longestTextPassesAndALongerOneIsRefusedBeforeItIsSent() throws Exception {
    Peer peer = client.connect(address);
    String longest = "é".repeat((4 << 20) / 2 - 2);
    assertThat(peer.request(longest)).isEqualTo("re:" + longest);
    assertThatThrownBy(() -> peer.request("x".repeat((4 << 20) + 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(peer.request("still there")).isEqualTo("re:still there");
  }

  @Test
  void failedRequestComesBackWithItsCodeAndSentence() throws Exception {
    Peer peer =
        client.connect(
            address,
            p ->
                p.onRequest(json -> {
                  switch (json) {
                    case "protocol" ->
                        throw new ProtocolException(ErrorCode.NOT_AUTHORISED, "not for you");
                    case "io" -> throw new IOException("no such job");
                    default -> throw new IllegalStateException("a fault of ours");
                  }
                }));
    assertThat(peer.request("x")).isEqualTo("re:x");
    Peer back = accepted.take();
    assertRefused(back, "protocol", ErrorCode.NOT_AUTHORISED, "not for you");
    assertRefused(back, "io", ErrorCode.REQUEST_FAILED, "no such job");
    assertRefused(back, "other", ErrorCode.INTERNAL, "a fault of ours");
  }

  private static void assertRefused(Peer peer, String json, ErrorCode code, String sentence) {
    assertThatThrownBy(() -> peer.request(json))
        .isInstanceOfSatisfying(RemoteException.class, e -> assertThat(e.code()).isEqualTo(code))
        .hasMessageContaining(sentence);
  }

  @Test
  void noticesArriveInOrder() throws Exception {
    List<String> seen = new ArrayList<>();
    CountDownLatch all = new CountDownLatch(2000);
    Peer peer = client.connect(address);
    Peer back = accepted.take();
    for (int i = 0; i < 1000; i++) {
      peer.notice("n" + i);
    }
    back.onNotice(json -> {
      seen.add(json);
      all.countDown();
    });
    for (int i = 1000; i < 2000; i++) {
      peer.notice("n" + i);
    }
    assertThat(all.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 2000; i++) {
      assertThat(seen.get(i)).isEqualTo("n" + i);
    }
  }

  @Test
  void requestUnderWayFailsWhenTheOtherSideGoesAway() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<String> never = new CompletableFuture<>();
    Peer peer = client.connect(address);
    Peer back = accepted.take();
    back.onRequest(json -> {
      asked.countDown();
      return never.join();
    });
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            peer.request("wait");
            outcome.complete(null);
          } catch (IOException e) {
            outcome.complete(e);
          }
        });
    asked.await();
    back.close();
    assertThat(outcome.get()).isInstanceOf(IOException.class).hasMessageContaining("server");
    peer.closed().get();
    assertThat(peer.closeReason()).isEqualTo("closed by server");
    assertThatThrownBy(() -> peer.request("again")).isInstanceOf(IOException.class);
    never.complete("late");
  }

  @Test
  void nothingIsServedUntilItIs() throws Exception {
    Peer peer = client.connect(address);
    assertThatThrownBy(() -> peer.open("disk"))
        .isInstanceOfSatisfying(
            RemoteException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_EXPORT));
    Peer back = accepted.take();
    assertThatThrownBy(() -> back.request("x"))
        .isInstanceOfSatisfying(
            RemoteException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BUSY));
  }

  @Test
  void nobodyListeningIsOneClearSentence() {
    server.close();
    assertThatThrownBy(() -> client.connect(address))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("connecting to")
        .hasMessageContaining("refused");
  }

  /// One data connection, on which the wants of the first pull stand before those of the second.
  @Test
  void whoHasSentAllThatOneOwnerMaySendHoldsUpNobodyElse() throws Exception {
    server.limitSendingOfEachOwner(4 << 20);
    try (Endpoint narrow =
        Endpoint.open(
            EndpointSettings.of("narrow").withDataConnections(1).withCompression(false))) {
      Peer peer = narrow.connect(address);
      accepted.take().serve(name -> Optional.of(random(8 << 20).withOwner(name)));
      try (RemoteExport ofAnn = peer.open("ann");
          RemoteExport ofBob = peer.open("bob")) {
        CompletableFuture<Long> ann = pulled(ofAnn, 8 << 20);
        CompletableFuture<Long> bob = pulled(ofBob, 1 << 20);
        assertThat(bob.get()).isEqualTo(1 << 20);
        assertThat(ann).as("two seconds at its rate").isNotDone();
        assertThat(ann.get()).isEqualTo(8 << 20);
      }
    }
  }

  private static Export random(int bytes) {
    byte[] content = new byte[bytes];
    new Random(1).nextBytes(content);
    return Export.of(MemoryDevice.of(content));
  }

  /// How many bytes came, when all have.
  private static CompletableFuture<Long> pulled(RemoteExport export, long length) {
    AtomicLong bytes = new AtomicLong();
    RangeSink sink =
        new RangeSink() {
          @Override
          public void data(long offset, ByteBuffer data) {
            bytes.addAndGet(data.remaining());
          }

          @Override
          public void zero(long offset, long zeros) {
            bytes.addAndGet(zeros);
          }
        };
    CompletableFuture<Long> all = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            export.pull(List.of(new Range(0, length)), PullSettings.BULK, sink);
            all.complete(bytes.get());
          } catch (IOException e) {
            all.completeExceptionally(e);
          }
        });
    return all;
  }
}
