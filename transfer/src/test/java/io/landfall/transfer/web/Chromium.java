package io.landfall.transfer.web;

import io.landfall.transfer.testing.Tools;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A headless Chromium with one page, spoken to in its DevTools protocol.
final class Chromium implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> calls = new ConcurrentHashMap<>();
  private final BlockingQueue<String> complaints = new LinkedBlockingQueue<>();
  private String session = "";

  private Chromium(Process process, Receiver receiver, String address) {
    this.process = process;
    this.socket =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(URI.create(address), receiver)
            .join();
    receiver.browser = this;
  }

  /// Starts it with an empty page; its profile goes into `directory`.
  static Chromium start(Path directory) throws Exception {
    Tools.need("chromium");
    Process process =
        new ProcessBuilder(
                "chromium",
                "--headless=new",
                "--no-sandbox", // for root, in a container
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                "--user-data-dir=" + directory.resolve("profile"),
                "about:blank")
            .redirectErrorStream(true)
            .start();
    Chromium browser = new Chromium(process, new Receiver(), address(process));
    browser.openPage();
    return browser;
  }

  private static String address(Process process) throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder all = new StringBuilder();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      all.append(line).append('\n');
      if (line.startsWith("DevTools listening on ")) {
        Thread.ofVirtual().start(() -> said.lines().forEach(ignored -> {}));
        return line.substring("DevTools listening on ".length());
      }
    }
    throw new IOException("chromium did not start: " + all);
  }

  private void openPage() throws Exception {
    String target =
        call("Target.createTarget", Map.of("url", "about:blank")).get("targetId").asString();
    session =
        call("Target.attachToTarget", Map.of("targetId", target, "flatten", true))
            .get("sessionId")
            .asString();
    call("Page.enable", Map.of());
    call("Log.enable", Map.of());
    call("Runtime.enable", Map.of());
  }

  void open(String url) throws Exception {
    call("Page.navigate", Map.of("url", url));
  }

  void size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
  }

  void dark(boolean dark) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of(
            "features",
            List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
  }

  /// The value of an expression in the page.
  JsonNode evaluate(String expression) throws Exception {
    JsonNode answer =
        call(
            "Runtime.evaluate",
            Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (answer.has("exceptionDetails")) {
      throw new IOException(expression + ": " + answer.get("exceptionDetails"));
    }
    return answer.get("result").path("value");
  }

  /// Waits until an expression holds in the page; one that throws, since what it looks at is not
  /// there yet, does not.
  void await(String condition) throws Exception {
    Instant deadline = Instant.now().plus(PATIENCE);
    String safe = "(() => { try { return Boolean(" + condition + ") } catch { return false } })()";
    while (!evaluate(safe).asBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new TimeoutException(
            condition
                + " does not come true; the page says: "
                + evaluate("document.body.innerText").asString());
      }
      Thread.sleep(50); // between two looks at a page that changes by itself
    }
  }

  void screenshot(Path file) throws Exception {
    Files.createDirectories(file.getParent());
    int height = evaluate("document.documentElement.scrollHeight").asInt();
    int width = evaluate("document.documentElement.clientWidth").asInt();
    JsonNode shot =
        call(
            "Page.captureScreenshot",
            Map.of(
                "format",
                "png",
                "captureBeyondViewport",
                true,
                "clip",
                Map.of("x", 0, "y", 0, "width", width, "height", height, "scale", 1)));
    Files.write(file, Base64.getDecoder().decode(shot.get("data").asString()));
  }

  /// Errors that the browser logged: scripts that threw, files that are missing, what the page's
  /// own policy forbids.
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  private JsonNode call(String method, Map<String, Object> parameters) throws Exception {
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    calls.put(number, answer);
    var message = JSON.createObjectNode().put("id", number).put("method", method);
    if (!session.isEmpty()) {
      message.put("sessionId", session);
    }
    message.set("params", JSON.valueToTree(parameters));
    socket.sendText(JSON.writeValueAsString(message), true).join();
    JsonNode reply = answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    if (reply.has("error")) {
      throw new IOException(method + ": " + reply.get("error"));
    }
    return reply.get("result");
  }

  private void heard(String text) {
    JsonNode message = JSON.readTree(text);
    if (message.has("id")) {
      calls.remove(message.get("id").asInt()).complete(message);
      return;
    }
    switch (message.path("method").asString("")) {
      case "Runtime.exceptionThrown" -> complaints.add(message.get("params").toString());
      case "Log.entryAdded" -> {
        JsonNode entry = message.get("params").get("entry");
        if (entry.get("level").asString().equals("error")) {
          complaints.add(entry.toString());
        }
      }
      default -> {}
    }
  }

  @Override
  public void close() {
    socket.abort();
    process.destroy();
    process.onExit().orTimeout(10, TimeUnit.SECONDS).exceptionally(_ -> kill()).join();
  }

  private Process kill() {
    return process.destroyForcibly();
  }

  private static final class Receiver implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();
    private volatile Chromium browser;

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        browser.heard(text.toString());
        text.setLength(0);
      }
      from.request(1);
      return null;
    }
  }
}
