package io.landfall.transfer.condor.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What HTCondor asks and is told; the bytes are carried by copies within a directory.
class TransferPluginTest {
  private static final int BLANKS = 301 * 64;

  @TempDir private Path directory;
  private Path requests;
  private Path results;
  private final StringWriter out = new StringWriter();

  /// A server that is a directory.
  private final class Shelf implements Carrier {
    private Path shelf(String url) {
      if (!url.startsWith("landfall://h/")) {
        throw new IllegalArgumentException("'" + url + "' is none of ours");
      }
      return directory.resolve("shelf").resolve(url.substring("landfall://h/".length()));
    }

    @Override
    public Moved download(String url, Path to) throws IOException {
      if (!Files.exists(shelf(url))) {
        throw new RemoteException("h", ErrorCode.NO_SUCH_EXPORT, "there is no\n'x' here");
      }
      return copied(shelf(url), to);
    }

    @Override
    public Moved upload(Path from, String url) throws IOException {
      String name = url.substring(url.lastIndexOf('/') + 1);
      switch (name) {
        case "silent" -> throw new NoContactException("no agent answers", true, null);
        case "nameless" -> throw new NoContactException("h has no address", false, null);
        case "stranger" ->
            throw new NoContactException("not let in", true, refusal(ErrorCode.NOT_AUTHORISED));
        case "closed" -> throw refusal(ErrorCode.NOT_AUTHORISED);
        case "full" -> throw refusal(ErrorCode.DISK_FULL);
        default -> {}
      }
      return copied(from, shelf(url));
    }

    private static RemoteException refusal(ErrorCode code) {
      return new RemoteException("h", code, "refused");
    }

    private static Moved copied(Path from, Path to) throws IOException {
      Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
      return new Moved(Files.size(from), Files.size(from) + 7);
    }
  }

  @BeforeEach
  void prefill() throws IOException {
    Files.createDirectory(directory.resolve("shelf"));
    requests = directory.resolve(".landfall_plugin.in");
    results = Files.writeString(directory.resolve(".landfall_plugin.out"), " ".repeat(BLANKS));
  }

  private int run(String... arguments) throws IOException {
    return new TransferPlugin("1.2", new Shelf(), new PrintWriter(out))
        .run(PluginMode.parse(List.of(arguments)));
  }

  private int transfer(String request, String... more) throws IOException {
    Files.writeString(requests, request);
    return more.length == 0
        ? run("-infile", requests.toString(), "-outfile", results.toString())
        : run("-outfile", results.toString(), more[0], "-infile", requests.toString());
  }

  @Test
  void saysWhatItCan() throws IOException {
    assertThat(run("-classad")).isZero();
    assertThat(out.toString())
        .isEqualTo(
            """
            PluginType = "FileTransfer"
            SupportedMethods = "landfall"
            MultipleFileSupport = true
            PluginVersion = "1.2"
            ProtocolVersion = 4
            """);
  }

  @Test
  void argumentsThatAreNoneOfHtcondorsGetTheUsage() {
    for (List<String> arguments :
        List.of(
            List.<String>of(),
            List.of("a"),
            List.of("", "landfall://h/a"),
            List.of("-infile", "f"),
            List.of("-infile", "f", "-outfile"),
            List.of("-infile", "f", "-outfile", "g", "h"),
            List.of("-classad", "-upload"))) {
      assertThatThrownBy(() -> PluginMode.parse(arguments))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("usage: landfall_plugin -classad | -infile FILE");
    }
  }

  @Test
  void resultsAreWrittenOverTheBlanks() throws IOException {
    Files.writeString(directory.resolve("shelf/a"), "twelve bytes");
    Path here = directory.resolve("a");
    int code = transfer("[ Url = \"landfall://h/a\"; LocalFileName = \"" + here + "\" ]");
    assertThat(code).isZero();
    assertThat(here).hasContent("twelve bytes");
    assertThat(results).hasSize(BLANKS);
    assertThat(Files.readString(results).strip())
        .startsWith("[ TransferUrl = \"landfall://h/a\"; TransferFileName = \"" + here + "\";")
        .contains("TransferProtocol = \"landfall\"; TransferType = \"download\";")
        .containsPattern("TransferStartTime = \\d+; TransferEndTime = \\d+;")
        .endsWith("TransferSuccess = true; TransferFileBytes = 12; TransferTotalBytes = 19; ]");
  }

  @Test
  void whatIsNotTransferredIsTheOnlyThingThatIsNot() throws IOException {
    Files.writeString(directory.resolve("shelf/b"), "b");
    int code =
        transfer(
            """
            [ Url = "landfall://h/a"; LocalFileName = "%1$s/a" ]
            [ Url = "landfall://h/b"; LocalFileName = "%1$s/b" ]
            [ Url = "http://h/c"; LocalFileName = "%1$s/c" ]
            """
                .formatted(directory));
    assertThat(code).isEqualTo(1);
    assertThat(directory.resolve("b")).hasContent("b");
    List<String> said = Files.readString(results).strip().lines().toList();
    assertThat(said).hasSize(3);
    assertThat(said.get(0))
        .contains("TransferSuccess = false; TransferError = \"h: there is no 'x' here\";")
        .contains("TransferErrorData = { [ ErrorCode = 6; ")
        .contains("Retryable = -1; ErrorType = \"Specification\"; FailedServer = \"h\"; ] }; ]");
    assertThat(said.get(1)).contains("TransferSuccess = true");
    assertThat(said.get(2))
        .contains("'http://h/c' is none of ours")
        .contains("ErrorType = \"Parameter\"; PluginVersion = \"1.2\"; PluginLaunched = true;");
  }

  @Test
  void uploadsSayWhyTheyFailed() throws IOException {
    Path here = Files.writeString(directory.resolve("here"), "x");
    int code =
        transfer(
            """
            [ LocalFileName = "%1$s"; Url = "landfall://h/up" ]
            [ LocalFileName = "%1$s-not"; Url = "landfall://h/up" ]
            """
                .formatted(here),
            "-upload");
    assertThat(code).isEqualTo(1);
    assertThat(directory.resolve("shelf/up")).hasContent("x");
    List<String> said = Files.readString(results).strip().lines().toList();
    assertThat(said.get(0)).contains("TransferType = \"upload\"", "TransferSuccess = true");
    assertThat(said.get(1)).contains("\"there is no " + here + "-not\"", "Retryable = -1");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "silent, `Retryable = 0; ErrorType = \"Contact\"; FailedServer = \"h\"; ]`",
        "nameless, `Retryable = -1; ErrorType = \"Resolution\"; FailedName = \"h\"; FailureType = \"Definitive\"; ]`",
        "stranger, `ErrorType = \"Authorization\"; FailedServer = \"h\"; FailureType = \"Authentication\";`",
        "closed, `ErrorType = \"Authorization\"; FailedServer = \"h\"; FailureType = \"Authorization\";`",
        "full, `Retryable = 0; ErrorType = \"Transfer\"; FailureType = \"NoSpace\"; FailedServer = \"h\"; ]`"
      })
  void failuresAreOfHtcondorsFamilies(String name, String said) throws IOException {
    Path here = Files.writeString(directory.resolve("here"), "x");
    String request = "[ Url = \"landfall://h/%s\"; LocalFileName = \"%s\" ]".formatted(name, here);
    assertThat(transfer(request, "-upload")).isEqualTo(1);
    assertThat(Files.readString(results)).contains(said);
  }

  @Test
  void aRequestThatIsNoneIsOneFailure() throws IOException {
    assertThat(transfer("Url = 3")).isEqualTo(1);
    assertThat(Files.readString(results).strip())
        .startsWith("[ TransferUrl = \"\"; TransferFileName = \"\";")
        .contains(requests + ": expected [, found 'U', at character 0");
    assertThat(run("-infile", directory.resolve("none").toString(), "-outfile", results.toString()))
        .isEqualTo(1);
    assertThat(Files.readString(results))
        .hasSize(BLANKS)
        .contains("there is no " + directory.resolve("none"))
        .doesNotContain("found 'U'");
    Files.write(requests, new byte[] {'[', (byte) 0xff, ']'});
    run("-infile", requests.toString(), "-outfile", results.toString());
    assertThat(Files.readString(results)).contains("is not UTF-8");
  }

  @Test
  void filesThatHtcondorDoesNotMakeAreRefused() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(requests.toFile(), "rw")) {
      file.setLength(PluginFile.MAX_BYTES + 1);
    }
    assertThat(run("-infile", requests.toString(), "-outfile", results.toString())).isEqualTo(1);
    assertThat(Files.readString(results)).contains("a request has at most 16777216");
    assertThatThrownBy(() -> run("-infile", results.toString(), "-outfile", requests.toString()))
        .hasMessageContaining("HTCondor makes it with 20 KiB");
  }

  @Test
  void protocolOneTakesTheUrlOnEitherSide() throws IOException {
    Path here = Files.writeString(directory.resolve("here"), "x");
    assertThat(run(here.toString(), "landfall://h/up")).isZero();
    assertThat(run("LANDFALL://h/up", directory.resolve("back").toString())).isEqualTo(1);
    assertThat(run("landfall://h/up", directory.resolve("back").toString())).isZero();
    assertThat(directory.resolve("back")).hasContent("x");
    assertThat(out.toString())
        .contains("TransferType = \"upload\"\n", "TransferSuccess = true\n")
        .contains("TransferError = \"'LANDFALL://h/up' is none of ours\"\n");
  }
}
