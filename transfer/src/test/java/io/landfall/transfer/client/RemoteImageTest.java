package io.landfall.transfer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.device.Range;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.net.PullSummary;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.RangeSink;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RemoteImageTest {
  private static final int SIZE = (8 << 20) + 123;
  private static final ImageId BASE = new ImageId(new ChunkId(1, 2, 3, 4));

  private final MemoryDevice device = new MemoryDevice(SIZE);
  private final SplittableRandom random = new SplittableRandom(1);
  private Endpoint server;
  private static final String TEXT = "all work and no play ";

  private Endpoint client;
  private Peer peer;

  @BeforeEach
  void open() throws IOException {
    for (int i = 0; i < 20; i++) {
      byte[] bytes = new byte[random.nextInt(1, 200_000)];
      random.nextBytes(bytes);
      device.write(random.nextLong(SIZE - bytes.length), ByteBuffer.wrap(bytes));
    }
    server = Endpoint.open(EndpointSettings.of("server"));
    client = Endpoint.open(EndpointSettings.of("client").withCompression(true));
    InetSocketAddress address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            from -> from.serve(this::export));
    peer = client.connect(address);
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private static MemoryDevice text() {
    byte[] text = TEXT.repeat(2_000_000).getBytes(StandardCharsets.US_ASCII);
    MemoryDevice memory = new MemoryDevice(text.length);
    memory.write(0, ByteBuffer.wrap(text));
    return memory;
  }

  private Optional<Export> export(String name) {
    return switch (name) {
      case "disk" -> Optional.of(Export.of(device));
      case "text" -> Optional.of(Export.of(text()));
      case "layer" -> Optional.of(Export.of(device).withBase(BASE));
      case "unhashable" ->
          Optional.of(
              Export.of(device)
                  .withManifest(CompletableFuture.failedFuture(new IOException("disk died"))));
      default -> Optional.empty();
    };
  }

  private ByteBuffer expected(long offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    device.read(offset, bytes);
    return bytes.flip();
  }

  @Test
  void readsPullWhatTheyNeedAtAnyAlignment() throws IOException {
    try (RemoteImage remote = RemoteImage.open(peer, "disk")) {
      assertThat(remote.sizeBytes()).isEqualTo(SIZE);
      for (int i = 0; i < 200; i++) {
        int length = random.nextInt(i % 10 == 0 ? 3_000_000 : 20_000);
        long offset = random.nextLong(SIZE - length + 1);
        ByteBuffer bytes = ByteBuffer.allocate(length + 2).position(1).limit(length + 1);
        remote.read(offset, bytes);
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(bytes.position(1)).isEqualTo(expected(offset, length));
      }
      assertThatThrownBy(() -> remote.read(SIZE - 1, ByteBuffer.allocate(2)))
          .isInstanceOf(IndexOutOfBoundsException.class);
    }
  }

  @Test
  void extentsAreTheSourcesAndPaged() throws IOException {
    try (RemoteImage disk = RemoteImage.open(peer, "disk");
        RemoteImage layer = RemoteImage.open(peer, "layer")) {
      assertThat(disk.base()).isEmpty();
      assertThat(layer.base()).contains(BASE);
      long at = 0;
      while (at < SIZE) {
        List<Extent> some = layer.extents(at, SIZE - at, 3);
        assertThat(some).isEqualTo(device.extents(at, SIZE - at, 3));
        at = some.getLast().end();
      }
      assertThat(disk.extents(0, SIZE, 4096)).noneMatch(e -> e.kind() == Extent.Kind.HOLE);
    }
  }

  @Test
  void manifestComesInPages() throws IOException {
    int chunkSize = 64 << 10;
    Manifest.Builder builder = Manifest.builder(3L << 30, chunkSize);
    for (int chunk = 100; chunk < 40_000; chunk++) {
      if (chunk % 7 != 0) {
        builder.put(chunk, new ChunkId(chunk, 1, 2, 3));
      }
    }
    Manifest manifest = builder.build();
    MemoryDevice empty = new MemoryDevice(3L << 30);
    InetSocketAddress address =
        server.listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            from ->
                from.serve(name ->
                    Optional.of(
                        Export.of(empty)
                            .withManifest(CompletableFuture.completedFuture(manifest)))));
    try (RemoteImage remote = RemoteImage.open(client.connect(address), "x")) {
      assertThat(remote.imageId()).contains(manifest.imageId());
      assertThat(remote.chunkSizeBytes()).isEqualTo(chunkSize);
      assertThat(remote.manifest().orElseThrow().imageId()).isEqualTo(manifest.imageId());
    }
  }

  @Test
  void sourceWithoutManifestSaysSo() throws IOException {
    try (RemoteImage none = RemoteImage.open(peer, "disk");
        RemoteImage failed = RemoteImage.open(peer, "unhashable")) {
      assertThat(none.manifest()).isEmpty();
      assertThat(failed.manifest()).isEmpty();
    }
  }

  @Test
  void unknownNameIsRefusedWithIt() {
    assertThatThrownBy(() -> RemoteImage.open(peer, "nothing"))
        .isInstanceOfSatisfying(
            RemoteException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_SUCH_EXPORT))
        .hasMessage("server: nothing called 'nothing' is on offer");
  }

  @Test
  void closedImageCannotBePulled() throws IOException {
    RemoteImage remote = RemoteImage.open(peer, "disk");
    remote.close();
    assertThatThrownBy(() -> remote.extents(0, 1, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void failingSinkEndsThePullAndTheLinkLives() throws IOException {
    try (RemoteImage remote = RemoteImage.open(peer, "disk")) {
      RangeSink full =
          new RangeSink() {
            @Override
            public void data(long offset, ByteBuffer bytes) throws IOException {
              throw new IOException("No space left on device");
            }

            @Override
            public void zero(long offset, long length) {}
          };
      assertThatThrownBy(
              () -> remote.pull(List.of(new Range(0, SIZE)), full, TransferListener.NONE))
          .hasMessage("No space left on device");
      ByteBuffer bytes = ByteBuffer.allocate(1000);
      remote.read(5, bytes);
      assertThat(bytes.flip()).isEqualTo(expected(5, 1000));
    }
  }

  @Test
  void compressibleBytesTravelCompressedWhenTheNetworkIsSlow() throws IOException {
    byte[] text = TEXT.repeat(2_000_000).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer got = ByteBuffer.allocate(text.length);
    server.limitSending(16 << 20);
    try (RemoteImage remote = RemoteImage.open(peer, "text")) {
      PullSummary summary =
          remote.pull(
              List.of(new Range(0, text.length)),
              new RangeSink() {
                @Override
                public void data(long offset, ByteBuffer bytes) {
                  got.put((int) offset, bytes, bytes.position(), bytes.remaining());
                }

                @Override
                public void zero(long offset, long length) {}
              },
              TransferListener.NONE);
      assertThat(summary.dataBytes()).isEqualTo(text.length);
      assertThat(summary.wireBytes()).isLessThan(text.length / 2);
    }
    assertThat(got.array()).isEqualTo(text);
  }
}
