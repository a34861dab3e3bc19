package io.landfall.transfer.lifecycle.qemu;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A connection to QEMU's monitor: one JSON object a line, answers matched to commands by `id`,
/// events in between.
///
/// Threads: commands from any thread, several at once. One virtual thread reads; it calls the event
/// listener itself, which must not wait and must not execute commands.
///
/// @see "QEMU Machine Protocol Specification, docs/interop/qmp-spec"
final class Qmp implements AutoCloseable {
  /// The longest answer of QEMU 7.2, its schema, has 207 kB.
  static final int MAX_LINE_BYTES = 16 << 20;

  /// How long QEMU may think. Its commands answer in milliseconds; a host that swaps does not.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final Logger LOG = System.getLogger(Qmp.class.getName());
  private static final JsonMapper JSON = new JsonMapper();

  private final SocketChannel channel;
  private final LineReader lines;
  private final Consumer<QmpEvent> listener;
  private final AtomicLong ids = new AtomicLong();
  private final Map<Long, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
  private final ReentrantLock writing = new ReentrantLock();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();

  private Qmp(SocketChannel channel, Consumer<QmpEvent> listener) {
    this.channel = channel;
    this.lines = new LineReader(channel, MAX_LINE_BYTES);
    this.listener = listener;
  }

  /// Connects to a listening monitor and enters command mode.
  ///
  /// @throws IOException if nobody listens there, or it is no monitor
  static Qmp connect(Path socket, Consumer<QmpEvent> listener) throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    Qmp qmp = new Qmp(channel, listener);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      JsonNode greeting = JSON.readTree(qmp.lines.next());
      if (!greeting.has("QMP")) {
        throw new IOException(socket + ": no QEMU monitor, it greets with " + greeting);
      }
    } catch (JacksonException e) {
      channel.close();
      throw new IOException(socket + ": no QEMU monitor", e);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    Thread.ofVirtual().name("qmp " + socket).start(qmp::readLoop);
    qmp.execute("qmp_capabilities");
    return qmp;
  }

  /// Whether the connection has ended.
  boolean isClosed() {
    return closed.isDone();
  }

  /// Calls back when the connection has ended, for whatever reason; at once if it has.
  void whenClosed(Runnable action) {
    var _ = closed.thenRun(action);
  }

  /// Executes a command without arguments.
  JsonNode execute(String command) throws IOException {
    return execute(command, Map.of());
  }

  /// Executes a command and waits for its answer.
  ///
  /// @throws QmpException if QEMU refuses
  /// @throws IOException if the connection ends first, or there is no answer in time
  JsonNode execute(String command, Map<String, ?> arguments) throws IOException {
    long id = ids.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    waiting.put(id, answer);
    try {
      send(id, command, arguments);
      JsonNode message = await(command, answer);
      if (message.has("error")) {
        throw new QmpException(command, message.path("error").path("desc").asString("refused"));
      }
      return message.path("return");
    } finally {
      waiting.remove(id);
    }
  }

  private void send(long id, String command, Map<String, ?> arguments) throws IOException {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("execute", command);
    if (!arguments.isEmpty()) {
      message.put("arguments", arguments);
    }
    message.put("id", id);
    String text = JSON.writeValueAsString(message);
    LOG.log(Level.TRACE, ">> {0}", text);
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text + "\n");
    writing.lock(); // commands are short: the socket's buffer takes them
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    } finally {
      writing.unlock();
    }
    if (closed.isDone()) {
      throw gone(command);
    }
  }

  private JsonNode await(String command, CompletableFuture<JsonNode> answer) throws IOException {
    try {
      return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw gone(command);
    } catch (TimeoutException e) {
      throw new IOException(
          "%s: no answer from QEMU in %d s".formatted(command, PATIENCE.toSeconds()), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command + ": interrupted", e);
    }
  }

  private static IOException gone(String command) {
    return new IOException(command + ": QEMU is gone");
  }

  private void readLoop() {
    try {
      while (true) {
        byte[] line = lines.next();
        JsonNode message = JSON.readTree(line);
        LOG.log(Level.TRACE, () -> "<< " + new String(line, StandardCharsets.UTF_8));
        dispatch(message);
      }
    } catch (IOException | JacksonException e) {
      LOG.log(Level.DEBUG, "monitor connection ended: {0}", e.getMessage());
    } finally {
      end();
    }
  }

  private void dispatch(JsonNode message) {
    if (message.has("event")) {
      listener.accept(new QmpEvent(message.path("event").asString(""), message.path("data")));
      return;
    }
    CompletableFuture<JsonNode> answer = waiting.get(message.path("id").asLong(0));
    if (answer != null) {
      answer.complete(message);
    }
  }

  private void end() {
    close();
    closed.complete(null);
    waiting.values().forEach(w -> w.completeExceptionally(new IOException("connection ended")));
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "closing the monitor connection", e);
    }
  }
}
