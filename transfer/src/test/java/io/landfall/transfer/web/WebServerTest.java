package io.landfall.transfer.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolCredentials;
import io.landfall.transfer.pool.PoolIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WebServerTest {
  private static final Site SITE =
      new Site() {
        @Override
        public Optional<Document> find(String path, Map<String, String> query) throws IOException {
          return switch (path) {
            case "/api/echo" -> Optional.of(Document.json(String.valueOf(query.get("q"))));
            case "/api/broken" -> throw new IOException("the disk is on fire");
            default -> Optional.empty();
          };
        }

        @Override
        public String event() {
          return "{\"n\":1}";
        }
      };

  @TempDir Path directory;

  @Test
  void filesAndAnswersComeWithWhatKeepsABrowserInItsPlace() throws Exception {
    try (WebServer server = open()) {
      String page = ask(server, "GET / HTTP/1.1", "Host: localhost:1");
      assertThat(page)
          .startsWith("HTTP/1.1 200 OK")
          .containsIgnoringCase("content-security-policy: default-src 'none'; script-src 'self'")
          .containsIgnoringCase("x-content-type-options: nosniff")
          .containsIgnoringCase("x-frame-options: DENY")
          .contains("<title>Landfall</title>");
      assertThat(ask(server, "GET /api/echo?q=7 HTTP/1.1", "Host: 127.0.0.1"))
          .endsWith("\r\n\r\n7");
      assertThat(ask(server, "HEAD /api/echo?q=7 HTTP/1.1", "Host: [::1]:80"))
          .containsIgnoringCase("content-length: 1")
          .endsWith("\r\n\r\n");
      assertThat(ask(server, "GET /api/broken HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 500")
          .contains("the disk is on fire");
      assertThat(ask(server, "GET /nothing HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 404");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
  void nothingCanBeChanged(String method) throws Exception {
    try (WebServer server = open()) {
      assertThat(ask(server, method + " / HTTP/1.1", "Host: localhost")).startsWith("HTTP/1.1 405");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Host: evil.example", "Host: localhost.evil.example:80", "Host:", "X-Nothing: 1"})
  void aNameThatOthersCouldOwnIsNotServed(String header) throws Exception {
    try (WebServer server = open()) {
      assertThat(ask(server, "GET /api/echo HTTP/1.1", header)).startsWith("HTTP/1.1 421");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "//etc/passwd",
        "/WebServer.class"
      })
  void onlyFilesOfTheTableAreFiles(String path) throws Exception {
    try (WebServer server = open()) {
      assertThat(ask(server, "GET " + path + " HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 404");
    }
  }

  @Test
  void requestsBeyondTheBoundsAreRefused() throws Exception {
    try (WebServer server = open()) {
      assertThat(ask(server, "GET /" + "a".repeat(3000) + " HTTP/1.1", "Host: localhost"))
          .startsWith("HTTP/1.1 400");
      assertThat(ask(server, "GET / HTTP/1.1", "Host: localhost\r\nX-Long: " + "a".repeat(9000)))
          .startsWith("HTTP/1.1 400");
      assertThat(ask(server, "GET / HTTP/1.1", "Host: localhost\r\nContent-Length: 100"))
          .startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void connectionsBeyondTheBoundAreClosedAndRoomComesBack() throws Exception {
    try (WebServer server = open()) {
      List<Socket> idle = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        idle.add(connect(server));
      }
      try (Socket more = connect(server)) {
        assertThat(more.getInputStream().read()).isEqualTo(-1);
      }
      for (Socket socket : idle) {
        socket.close();
      }
      String answer = "";
      while (answer.isEmpty()) { // the server hears of the closing when it hears of it
        answer = ask(server, "GET /icon.svg HTTP/1.1", "Host: localhost");
      }
      assertThat(answer).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aStreamTellsHowThingsStand() throws Exception {
    try (WebServer server = open();
        Socket socket = connect(server)) {
      send(socket, "GET /events HTTP/1.1", "Host: localhost");
      StringBuilder heard = new StringBuilder();
      while (!heard.toString().contains("data: {\"n\":1}")) {
        heard.append((char) socket.getInputStream().read());
      }
      assertThat(heard).containsIgnoringCase("content-type: text/event-stream");
    }
  }

  @Test
  void aUnixSocketServesWhoMayOpenIt() throws Exception {
    Path path = directory.resolve("s");
    try (WebServer server =
            WebServer.open(Listen.parse("unix:" + path).orElseThrow(), Optional.empty(), SITE);
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      assertThat(server.address()).isEqualTo("unix:" + path);
      channel.connect(UnixDomainSocketAddress.of(path));
      channel.write(
          ByteBuffer.wrap(
              "GET /api/echo?q=7 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII)));
      assertThat(
              new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8))
          .endsWith("\r\n\r\n7");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void beyondThisMachineACertificateOfThePoolIsNeeded() throws Exception {
    Listen everywhere = Listen.parse("0.0.0.0:0").orElseThrow();
    assertThatThrownBy(() -> WebServer.open(everywhere, Optional.empty(), SITE))
        .isInstanceOf(IllegalArgumentException.class);
    PoolAuthority pool = PoolAuthority.init(directory.resolve("pool"));
    PoolCredentials host =
        PoolCredentials.read(
            pool.issue(PoolIdentity.host("localhost"), List.of("127.0.0.1"), Duration.ofDays(1)));
    try (WebServer server = WebServer.open(everywhere, Optional.of(host.server()), SITE)) {
      assertThat(server.address()).startsWith("https://");
      assertThat(ask(server, "GET / HTTP/1.1", "Host: localhost"))
          .as("without TLS")
          .doesNotContain("Landfall");
    }
  }

  private static WebServer open() throws IOException {
    return WebServer.open(Listen.parse("127.0.0.1:0").orElseThrow(), Optional.empty(), SITE);
  }

  private static Socket connect(WebServer server) throws IOException {
    Socket socket = new Socket();
    socket.connect(
        new InetSocketAddress(
            InetAddress.getLoopbackAddress(), URI.create(server.address()).getPort()));
    return socket;
  }

  private static void send(Socket socket, String line, String headers) throws IOException {
    socket
        .getOutputStream()
        .write((line + "\r\n" + headers + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  private static String ask(WebServer server, String line, String headers) throws IOException {
    try (Socket socket = connect(server)) {
      send(socket, line, headers + "\r\nConnection: close");
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (java.net.SocketException e) {
      return ""; // closed with bytes of ours unread
    }
  }
}
