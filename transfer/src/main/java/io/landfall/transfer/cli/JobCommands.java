package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Request;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Commands about one job of a submit agent.
final class JobCommands {
  private JobCommands() {}

  /// What they have in common: one job, one request.
  abstract static class One implements Callable<Integer> {
    @Mixin private AgentOption agent;

    @Parameters(paramLabel = "JOB", description = "The job's name, or CLUSTER.PROC.")
    private String job;

    private final Function<String, Request<?>> request;

    One(Function<String, Request<?>> request) {
      this.request = request;
    }

    @Override
    public Integer call() throws IOException {
      try (AgentLink link = agent.open()) {
        link.call(request.apply(job));
        return 0;
      }
    }
  }

  /// `landfall evict`.
  @Command(
      name = "evict",
      mixinStandardHelpOptions = true,
      description = {
        "Takes a job off its execute host, with a checkpoint if it says vm_checkpoint; it goes on elsewhere.",
        "%nExample: landfall evict 12.0"
      })
  static final class Evict extends One {
    Evict() {
      super(Request.Evict::new);
    }
  }

  /// `landfall remove`.
  @Command(
      name = "remove",
      mixinStandardHelpOptions = true,
      description = {
        "Stops a job and takes it out of the queue; its checkpoints stay.",
        "%nExample: landfall remove 12.0"
      })
  static final class Remove extends One {
    Remove() {
      super(Request.Remove::new);
    }
  }

  /// `landfall checkpoint-now`.
  @Command(
      name = "checkpoint-now",
      mixinStandardHelpOptions = true,
      description = {
        "Makes a checkpoint of a running job that says vm_checkpoint; its guest goes on.",
        "%nExample: landfall checkpoint-now 12.0"
      })
  static final class CheckpointNow extends One {
    CheckpointNow() {
      super(Request.CheckpointJob::new);
    }
  }

  /// `landfall continue`.
  @Command(
      name = "continue",
      mixinStandardHelpOptions = true,
      description = {
        "Lets the guest of a suspended job go on.",
        "%nExample: landfall continue 12.0"
      })
  static final class Continue extends One {
    Continue() {
      super(Request.ContinueJob::new);
    }
  }

  /// `landfall suspend`.
  @Command(
      name = "suspend",
      mixinStandardHelpOptions = true,
      description = {
        "Lets the guest of a job stand still where it is: its memory goes to the host's disk, or"
            + " stays where it is with --soft.",
        "%nExample: landfall suspend 12.0 --soft"
      })
  static final class Suspend implements Callable<Integer> {
    @Mixin private AgentOption agent;

    @Parameters(paramLabel = "JOB", description = "The job's name, or CLUSTER.PROC.")
    private String job;

    @Option(names = "--soft", description = "Keep the guest's memory in the host's.")
    private boolean soft;

    @Override
    public Integer call() throws IOException {
      try (AgentLink link = agent.open()) {
        link.call(new Request.SuspendJob(job, soft));
        return 0;
      }
    }
  }

  /// `landfall hold`.
  @Command(
      name = "hold",
      mixinStandardHelpOptions = true,
      description = {
        "Takes a job off its host, with a checkpoint if it says vm_checkpoint, and leaves it alone"
            + " until it is released.",
        "%nExample: landfall hold 12.0 --reason 'wrong image'"
      })
  static final class Hold implements Callable<Integer> {
    @Mixin private AgentOption agent;

    @Parameters(paramLabel = "JOB", description = "The job's name, or CLUSTER.PROC.")
    private String job;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Told to whoever looks.")
    private String reason = "via landfall hold";

    @Override
    public Integer call() throws IOException {
      try (AgentLink link = agent.open()) {
        link.call(new Request.Hold(job, reason));
        return 0;
      }
    }
  }

  /// `landfall release`.
  @Command(
      name = "release",
      mixinStandardHelpOptions = true,
      description = {"Tries a held job again.", "%nExample: landfall release 12.0"})
  static final class Release extends One {
    Release() {
      super(Request.ReleaseHold::new);
    }
  }

  /// `landfall show`.
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = {
        "Tells everything that happened to a job.",
        "%nExample: landfall show 12.0 --follow"
      })
  static final class Show implements Callable<Integer> {
    private static final int HELD = 5;
    private static final long QUIET_MILLIS = 300;

    @Spec private CommandSpec spec;
    @Mixin private AgentOption agent;

    @Parameters(paramLabel = "JOB", description = "The job's name, or CLUSTER.PROC.")
    private String job;

    @Option(names = "--follow", description = "Go on until the job is done, held or removed.")
    private boolean follow;

    @Option(names = "--json", description = "Print the events as JSON lines.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
      BlockingQueue<JobEvent> events = new LinkedBlockingQueue<>();
      JobPrinter printer =
          new JobPrinter(spec.commandLine().getOut(), json, Terminal.isInteractive());
      try (AgentLink link = agent.open()) {
        link.peer().onNotice(text -> hear(text, events));
        link.call(new Request.Watch(job));
        JobEvent last = null;
        for (JobEvent event = next(events); event != null; event = next(events)) {
          printer.print(event);
          last = event;
          if (event.last() && follow) {
            break;
          }
        }
        return last instanceof JobEvent.Held ? HELD : 0;
      }
    }

    private JobEvent next(BlockingQueue<JobEvent> events) throws InterruptedException {
      return follow ? events.take() : events.poll(QUIET_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static void hear(String text, BlockingQueue<JobEvent> events) {
      try {
        if (ControlJson.read(text, Notice.class) instanceof Notice.Happened happened) {
          events.add(happened.event());
        }
      } catch (IOException e) {
        System.getLogger(Show.class.getName()).log(System.Logger.Level.WARNING, e.getMessage());
      }
    }
  }
}
