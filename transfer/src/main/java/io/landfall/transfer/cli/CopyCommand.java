package io.landfall.transfer.cli;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.RemoteException;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.CopyDesk;
import io.landfall.transfer.landing.LandingException;
import io.landfall.transfer.tree.CopySource;
import io.landfall.transfer.tree.TreeFilter;
import io.landfall.transfer.tree.TreeLanding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ForkJoinPool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall copy`.
@Command(
    name = "copy",
    mixinStandardHelpOptions = true,
    description = {
      "Copies a disk image or a directory, from or to an agent: only what is not there already, verified, "
          + "complete or absent. Broken off and started again, it goes on where it was.",
      "%nExample: landfall copy landfall://submit.example.org/images/debian.img /var/tmp/debian.img"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:copied, or planned",
      "1:failed; what arrived is kept",
      "2:usage",
      "3:the content is not what its source named",
      "4:there is no such file or directory"
    })
final class CopyCommand implements Callable<Integer> {
  private static final int DAMAGED = 3;
  private static final int NOT_FOUND = 4;

  @Spec private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "SRC",
      converter = CopyPlace.Converter.class,
      description = "A path here, or landfall://HOST[:PORT]/NAME/PATH.")
  private CopyPlace source;

  @Parameters(
      index = "1",
      paramLabel = "DST",
      converter = CopyPlace.Converter.class,
      description = "The same; must not exist, or be a directory here to copy into.")
  private CopyPlace target;

  @Option(
      names = "--include",
      paramLabel = "GLOB",
      description = "Files of a directory to take; may be given several times (default: all).")
  private List<String> include = List.of();

  @Option(
      names = "--exclude",
      paramLabel = "GLOB",
      description = "Files and directories to leave out; may be given several times.")
  private List<String> exclude = List.of();

  @Option(names = "--dry-run", description = "Print what would be copied and how long it may take.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print the progress and the result as JSON lines.")
  private boolean json;

  /// What is to be copied.
  ///
  /// @param predictedMillis by what copies with that agent took before; absent without any
  record Plan(
      String source,
      String target,
      boolean directory,
      int names,
      long sizeBytes,
      long dataBytes,
      Optional<Long> predictedMillis) {}

  /// How it went.
  record Done(Plan plan, int names, Figures figures) {}

  private record Progress(String phase, long doneBytes, long totalBytes) {}

  @Override
  public Integer call() throws IOException {
    if (source.remote() == target.remote()) {
      throw new ParameterException(
          spec.commandLine(),
          "one of both must be at an agent, as landfall://HOST[:PORT]/NAME/PATH"
              + (source.remote() ? "; copy by way of here" : ""));
    }
    CopyPlace remote = source.remote() ? source : target;
    try (AgentLink link = AgentLink.to(remote.agent().orElseThrow())) {
      return source.remote() ? fetch(link) : send(link);
    } catch (NoSuchFileException e) {
      return failed(NOT_FOUND, "there is no " + e.getMessage());
    } catch (RemoteException e) {
      return failed(exitCode(e.code()), e.getMessage());
    } catch (ProtocolException e) {
      return failed(exitCode(e.code()), e.getMessage());
    } catch (LandingException e) {
      return failed(exitCode(e.code()), e.getMessage());
    }
  }

  private static int exitCode(ErrorCode code) {
    return switch (code) {
      case CONTENT_MISMATCH -> DAMAGED;
      case NO_SUCH_EXPORT -> NOT_FOUND;
      default -> 1;
    };
  }

  private int failed(int code, String sentence) {
    spec.commandLine().getErr().println("landfall: " + sentence);
    return code;
  }

  private int fetch(AgentLink link) throws IOException {
    Reply.CopyOffer offer = link.call(new Request.OfferCopy(source.path(), include, exclude));
    String name = source.path().substring(source.path().lastIndexOf('/') + 1);
    Path to = Files.isDirectory(target.local()) ? target.local().resolve(name) : target.local();
    CopyHistory history = CopyHistory.with(source.agent().orElseThrow());
    Plan plan =
        new Plan(
            source.toString(),
            to.toString(),
            offer.directory(),
            offer.names(),
            offer.sizeBytes(),
            offer.dataBytes(),
            history.predictMillis(offer.dataBytes()));
    if (planned(plan)) {
      return 0;
    }
    long began = System.nanoTime();
    TreeLanding.Landed landed = link.fetch(offer, to, listener(name));
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return done(new Done(plan, landed.entries(), CopyDesk.figures(landed, took)), history);
  }

  private int send(AgentLink link) throws IOException {
    Path from = source.local();
    if (from.getFileName() == null) {
      throw new ParameterException(spec.commandLine(), "name a directory, not the root of all");
    }
    try (CopySource content =
        CopySource.open(
            from.getParent(),
            from.getFileName().toString(),
            new TreeFilter(include, exclude),
            ForkJoinPool.commonPool())) {
      CopyHistory history = CopyHistory.with(target.agent().orElseThrow());
      Plan plan =
          new Plan(
              source.toString(),
              target.toString(),
              content.directory(),
              content.names(),
              content.sizeBytes(),
              content.dataBytes(),
              history.predictMillis(content.dataBytes()));
      if (planned(plan)) {
        return 0;
      }
      TransferListener listener = listener(from.getFileName().toString());
      link.peer().onNotice(text -> hear(text, listener));
      Reply.CopyTaken taken = link.send(content, target.path());
      return done(new Done(plan, taken.names(), taken.figures()), history);
    }
  }

  private static void hear(String text, TransferListener listener) {
    try {
      if (ControlJson.read(text, Notice.class) instanceof Notice.Landing landing) {
        listener.progress(
            new io.landfall.transfer.client.TransferProgress(
                io.landfall.transfer.client.TransferProgress.Phase.valueOf(landing.phase()),
                landing.totalBytes(),
                landing.doneBytes()));
      }
    } catch (IOException | IllegalArgumentException e) {
      return; // of a newer agent: progress is only told
    }
  }

  private TransferListener listener(String name) {
    PrintWriter out = spec.commandLine().getOut();
    ProgressLine line = new ProgressLine(out, Terminal.isInteractive() && !json);
    return progress -> {
      if (json) {
        out.println(
            ControlJson.write(
                new Progress(
                    progress.phase().name(), progress.doneBytes(), progress.totalBytes())));
      } else {
        line.update(
            name + " " + progress.phase().name().toLowerCase(Locale.ROOT),
            progress.doneBytes(),
            progress.totalBytes(),
            Instant.now());
      }
      out.flush();
    };
  }

  /// Whether that is all.
  private boolean planned(Plan plan) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ControlJson.write(plan));
    } else if (dryRun) {
      out.printf(
          "%s -> %s: %s, %d name%s, %s of data in %s%n",
          plan.source(),
          plan.target(),
          plan.directory() ? "directory" : "file",
          plan.names(),
          plan.names() == 1 ? "" : "s",
          Units.bytes(plan.dataBytes()),
          Units.bytes(plan.sizeBytes()));
      out.println(
          plan.predictedMillis()
              .map(millis -> "predicted: " + Units.time(Duration.ofMillis(millis)))
              .orElse("predicted: nothing was copied with that agent yet, so nobody knows"));
    }
    return dryRun;
  }

  private int done(Done done, CopyHistory history) throws IOException {
    history.add(done);
    PrintWriter out = spec.commandLine().getOut();
    Figures figures = done.figures();
    if (json) {
      out.println(ControlJson.write(done));
      return 0;
    }
    out.printf(
        "%n%s: %s in %s, %s moved (%s on the wire); holes and zeros %s, already here %s%s%n",
        done.plan().target(),
        Units.bytes(figures.image()),
        Units.time(Duration.ofMillis(figures.millis())),
        Units.bytes(figures.pulled()),
        Units.bytes(figures.wire()),
        Units.bytes(figures.zero()),
        Units.bytes(figures.resumed()),
        done.plan()
            .predictedMillis()
            .map(millis -> "; predicted " + Units.time(Duration.ofMillis(millis)))
            .orElse(""));
    return 0;
  }
}
