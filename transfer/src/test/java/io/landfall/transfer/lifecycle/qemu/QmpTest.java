package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The monitor's protocol, with the test as the other side of a real socket.
@Timeout(30)
class QmpTest {
  private static final String GREETING =
      "{\"QMP\":{\"version\":{\"qemu\":{\"micro\":22,\"minor\":2,\"major\":7}}}}\r\n";

  private final BlockingQueue<QmpEvent> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> executed = new LinkedBlockingQueue<>();
  private Path dir;
  private ServerSocketChannel server;

  @BeforeEach
  void listen() throws IOException {
    dir = Files.createTempDirectory(Path.of("/tmp"), "lf");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(dir.resolve("s")));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    Files.deleteIfExists(dir.resolve("s"));
    Files.delete(dir);
  }

  @Test
  void answersAreFoundByTheirIdAmongEvents() throws Exception {
    qemu(
        "{\"return\":{},\"id\":1}\r\n",
        """
        {"event":"STOP","timestamp":{}}
        {"return":"of nobody","id":99}
        {"return":{"status":"paused","new":[1]},"id":2}
        """);
    try (Qmp qmp = connect()) {
      assertThat(qmp.execute("query-status").path("status").asString("")).isEqualTo("paused");
    }
    assertThat(events.take().name()).isEqualTo("STOP");
    assertThat(executed)
        .startsWith(
            "{\"execute\":\"qmp_capabilities\",\"id\":1}",
            "{\"execute\":\"query-status\",\"id\":2}");
  }

  @Test
  void anErrorHasQemusWords() throws Exception {
    qemu(
        "{\"return\":{},\"id\":1}\r\n",
        "{\"error\":{\"class\":\"GenericError\",\"desc\":\"Device 'x' not found\"},\"id\":2}\r\n");
    try (Qmp qmp = connect()) {
      assertThatThrownBy(() -> qmp.execute("cont"))
          .isInstanceOf(QmpException.class)
          .hasMessage("cont: Device 'x' not found");
    }
  }

  @Test
  void whoeverWaitsLearnsThatQemuIsGone() throws Exception {
    qemu("{\"return\":{},\"id\":1}\r\n", null);
    try (Qmp qmp = connect()) {
      assertThatThrownBy(() -> qmp.execute("cont"))
          .isInstanceOf(IOException.class)
          .hasMessage("cont: QEMU is gone");
      assertThat(qmp.isClosed()).isTrue();
      assertThatThrownBy(() -> qmp.execute("cont")).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aLineMayBeLongButNotEndless() throws Exception {
    String large = "x".repeat(3 << 20);
    qemu(
        "{\"return\":{},\"id\":1}\r\n",
        "{\"return\":\"" + large + "\",\"id\":2}\r\n",
        "y".repeat(Qmp.MAX_LINE_BYTES + 1));
    try (Qmp qmp = connect()) {
      assertThat(qmp.execute("query-qmp-schema").asString("")).isEqualTo(large);
      assertThatThrownBy(() -> qmp.execute("query-qmp-schema")).hasMessageContaining("gone");
    }
  }

  @Test
  void whatIsNoMonitorIsRefused() throws Exception {
    AtomicReference<String> greeting = new AtomicReference<>("{\"hello\":1}\n");
    Thread.ofVirtual().start(() -> greetOnly(greeting));
    assertThatThrownBy(this::connect).hasMessageContaining("no QEMU monitor, it greets with");
    greeting.set("SSH-2.0\n");
    Thread.ofVirtual().start(() -> greetOnly(greeting));
    assertThatThrownBy(this::connect).hasMessageContaining("no QEMU monitor");
  }

  private Qmp connect() throws IOException {
    return Qmp.connect(dir.resolve("s"), events::add);
  }

  private void greetOnly(AtomicReference<String> greeting) {
    try (SocketChannel peer = server.accept()) {
      write(peer, greeting.get());
      LineReader lines = new LineReader(peer, 100);
      lines.next();
    } catch (IOException closed) {
      assertThat(closed).hasMessageContaining("closed");
    }
  }

  /// Answers one command after the other; null closes the connection.
  private void qemu(String... answers) {
    Thread.ofVirtual()
        .start(() -> {
          try (SocketChannel peer = server.accept()) {
            write(peer, GREETING);
            LineReader lines = new LineReader(peer, 1 << 20);
            for (String answer : answers) {
              executed.add(new String(lines.next(), StandardCharsets.UTF_8));
              if (answer == null) {
                return;
              }
              write(peer, answer);
            }
            lines.next();
          } catch (IOException closed) {
            executed.add("closed");
          }
        });
  }

  private static void write(SocketChannel peer, String text) throws IOException {
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
    while (bytes.hasRemaining()) {
      peer.write(bytes);
    }
  }
}
