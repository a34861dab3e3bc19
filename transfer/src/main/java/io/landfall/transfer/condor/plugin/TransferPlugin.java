package io.landfall.transfer.condor.plugin;

import io.landfall.transfer.classad.ClassAd;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Does what HTCondor started us for.
public final class TransferPlugin {
  /// The scheme of the URLs.
  public static final String SCHEME = "landfall";

  private static final int DONE = 0;
  private static final int FAILED = 1;

  private final String version;
  private final Carrier carrier;
  private final PrintWriter out;

  /// How one file went.
  private record Outcome(ClassAd ad, Optional<PluginFailure> failure) {
    String text() {
      return failure.isPresent()
          ? AdWriter.ad(ad, "TransferErrorData", failure.get().ad())
          : AdWriter.ad(ad);
    }
  }

  /// Makes one.
  ///
  /// @param version for `PluginVersion`
  /// @param out what HTCondor reads
  public TransferPlugin(String version, Carrier carrier, PrintWriter out) {
    this.version = version;
    this.carrier = carrier;
    this.out = out;
  }

  /// Does it.
  ///
  /// @return the exit code: 0 if everything was transferred
  /// @throws IOException if that cannot even be told
  public int run(PluginMode mode) throws IOException {
    return switch (mode) {
      case PluginMode.Query() -> query();
      case PluginMode.One(String source, String target) -> one(source, target);
      case PluginMode.Many many -> many(many);
    };
  }

  private int query() {
    out.print(
        ClassAd.builder()
            .set("PluginType", "FileTransfer")
            .set("SupportedMethods", SCHEME)
            .set("MultipleFileSupport", true)
            .set("PluginVersion", version)
            .set("ProtocolVersion", 4)
            .build());
    out.flush();
    return DONE;
  }

  private int one(String source, String target) {
    boolean upload = !isUrl(source);
    Outcome outcome =
        transfer(upload ? new PluginFile(target, source) : new PluginFile(source, target), upload);
    out.print(outcome.ad());
    out.flush();
    return outcome.failure().isPresent() ? FAILED : DONE;
  }

  private int many(PluginMode.Many mode) throws IOException {
    try (ResultFile results = ResultFile.open(mode.results())) {
      List<PluginFile> files;
      try {
        files = PluginFile.read(mode.requests());
      } catch (IOException e) {
        Exception refused = new IllegalArgumentException(PluginFailure.sentence(e), e);
        results.add(failed(new PluginFile("", ""), mode.upload(), now(), refused).text());
        return FAILED;
      }
      int code = DONE;
      for (PluginFile file : files) {
        Outcome outcome = transfer(file, mode.upload());
        results.add(outcome.text());
        code = outcome.failure().isPresent() ? FAILED : code;
      }
      return code;
    }
  }

  private Outcome transfer(PluginFile file, boolean upload) {
    long began = now();
    try {
      Path path = Path.of(file.path()).toAbsolutePath().normalize();
      Carrier.Moved moved =
          upload ? carrier.upload(path, file.url()) : carrier.download(file.url(), path);
      ClassAd ad =
          described(file, upload, began)
              .set("TransferSuccess", true)
              .set("TransferFileBytes", moved.fileBytes())
              .set("TransferTotalBytes", moved.wireBytes())
              .build();
      return new Outcome(ad, Optional.empty());
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      return failed(file, upload, began, e);
    }
  }

  private Outcome failed(PluginFile file, boolean upload, long began, Exception cause) {
    PluginFailure failure = new PluginFailure(cause, server(file.url()), version);
    ClassAd.Builder ad =
        described(file, upload, began)
            .set("TransferSuccess", false)
            .set("TransferError", failure.sentence());
    return new Outcome(ad.build(), Optional.of(failure));
  }

  private static ClassAd.Builder described(PluginFile file, boolean upload, long began) {
    return ClassAd.builder()
        .set("TransferUrl", file.url())
        .set("TransferFileName", file.path())
        .set("TransferProtocol", SCHEME)
        .set("TransferType", upload ? "upload" : "download")
        .set("TransferStartTime", began)
        .set("TransferEndTime", now());
  }

  private static long now() {
    return Instant.now().getEpochSecond();
  }

  private static boolean isUrl(String text) {
    String start = SCHEME + "://";
    return text.regionMatches(true, 0, start, 0, start.length());
  }

  /// Host and port of a URL, as it has them.
  private static String server(String url) {
    int from = url.indexOf("://") + 3;
    int end = url.indexOf('/', from);
    return from < 3 || end < 0 ? "" : url.substring(from, end);
  }
}
