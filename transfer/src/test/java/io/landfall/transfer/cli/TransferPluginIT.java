package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.demo.AgentProcess;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The file-transfer plugin as condor_starter runs it: a process in the job's scratch directory,
/// its files prepared; against an agent in a process of its own.
@Timeout(120)
class TransferPluginIT {
  private static final int BLANKS = 301 * 64;
  private static final String ERRORS = "errors";

  @TempDir private Path directory;
  private AgentProcess agent;
  private Path there;
  private Path scratch;

  private record Ended(int code, String said) {}

  @BeforeEach
  void start() throws IOException, InterruptedException {
    there = Files.createDirectory(directory.resolve("there"));
    scratch = Files.createDirectory(directory.resolve("scratch"));
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("LANDFALL_ROLES", "EXECUTE");
    settings.put("LANDFALL_HYPERVISOR", "simulated");
    settings.put("LANDFALL_PORT", "0");
    settings.put("EXECUTE", directory.resolve("execute").toString());
    settings.put("LANDFALL_COPY_DIRECTORIES", "images=" + there);
    agent = AgentProcess.start(directory.resolve("agent"), settings);
  }

  @AfterEach
  void stop() {
    agent.close();
  }

  private String at(String path) {
    return "landfall://127.0.0.1:" + agent.address().getPort() + "/" + path;
  }

  private Ended plugin(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName(),
            "transfer-plugin"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(scratch.toFile())
            .redirectError(scratch.resolve(ERRORS).toFile())
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), said);
  }

  /// Runs the plugin as for protocol 2 and later.
  ///
  /// @return its results, one for each file
  private List<String> transfer(int code, String request, String... direction)
      throws IOException, InterruptedException {
    Path in = Files.writeString(scratch.resolve(".landfall_plugin.in"), request);
    Path out =
        Files.writeString(
            scratch.resolve(".landfall_plugin.out"), (" ".repeat(63) + "\n").repeat(301));
    List<String> arguments =
        new ArrayList<>(List.of("-infile", in.toString(), "-outfile", out.toString()));
    arguments.addAll(List.of(direction));
    Ended ended = plugin(arguments.toArray(String[]::new));
    assertThat(ended).isEqualTo(new Ended(code, ""));
    assertThat(out).hasSize(BLANKS);
    return Files.readString(out).strip().lines().toList();
  }

  /// Nobody listens there.
  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Path random(Path file, int bytes, long seed) throws IOException {
    byte[] content = new byte[bytes];
    new Random(seed).nextBytes(content);
    return Files.write(file, content);
  }

  @Test
  void starterAsksFetchesAndSends() throws IOException, InterruptedException {
    assertThat(plugin("-classad"))
        .satisfies(e -> assertThat(e.code()).isZero())
        .satisfies(e -> assertThat(e.said()).matches("(\\w+ = (\"[^\"]*\"|true|4)\n){5}"));
    // The starter reads both as one.
    assertThat(scratch.resolve(ERRORS)).isEmptyFile();

    Path image = random(there.resolve("a.img"), 3 << 20, 1);
    Path small = random(there.resolve("b.txt"), 10, 2);
    List<String> fetched =
        transfer(
            1,
            """
            [ Url = "%1$s"; LocalFileName = "%2$s" ][ Url = "%3$s"; LocalFileName = "c" ]
            [ LocalFileName = "b.txt"; Url = "%4$s" ]
            [ Url = "landfall://127.0.0.1:%5$d/x/d"; LocalFileName = "d" ]
            [ Url = "landfall://127.0.0.1:%5$d/x/e"; LocalFileName = "e" ]
            """
                .formatted(
                    at("images/a.img"),
                    scratch.resolve("a.img"),
                    at("images/nothing"),
                    at("images/b.txt"),
                    freePort()));
    assertThat(scratch.resolve("a.img")).hasSameBinaryContentAs(image);
    assertThat(scratch.resolve("b.txt")).hasSameBinaryContentAs(small);
    assertThat(scratch.resolve("c")).doesNotExist();
    assertThat(fetched).hasSize(5);
    assertThat(fetched.get(0))
        .contains("TransferSuccess = true; TransferFileBytes = 3145728; TransferTotalBytes = 31");
    assertThat(fetched.get(1))
        .contains("TransferUrl = \"" + at("images/nothing") + "\"; TransferFileName = \"c\";")
        .contains("TransferSuccess = false; TransferError = \"")
        .contains("there is no 'images/nothing' here")
        .contains("ErrorCode = 6;", "Retryable = -1; ErrorType = \"Specification\"");
    assertThat(fetched.get(2)).contains("TransferSuccess = true; TransferFileBytes = 10;");

    assertThat(fetched.subList(3, 5))
        .allSatisfy(result ->
            assertThat(result)
                .contains("no agent answers at 127.0.0.1:")
                .contains("Retryable = 0; ErrorType = \"Contact\""));

    String send = "[ LocalFileName = \"a.img\"; Url = \"%s\" ]".formatted(at("images/result.img"));
    assertThat(transfer(0, send, "-upload"))
        .singleElement()
        .asString()
        .contains("TransferType = \"upload\"", "TransferFileBytes = 3145728;");
    assertThat(there.resolve("result.img")).hasSameBinaryContentAs(image);

    Ended second = plugin(at("images/b.txt"), scratch.resolve("b.txt").toString());
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.said()).contains("TransferSuccess = false\n", "exists already");
  }
}
