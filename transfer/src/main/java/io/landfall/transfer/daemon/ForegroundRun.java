package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.drivers.DriverSettings;
import io.landfall.transfer.submit.SubmitContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;

/// Runs the jobs of one submit description file to their end, with the agents inside this process.
public final class ForegroundRun {
  private static final String LOCAL = "local";

  private ForegroundRun() {}

  /// Where and on what to run.
  ///
  /// @param state directory that keeps checkpoints and cached images between runs
  /// @param on execute agents to use; empty: one inside this process
  /// @param hypervisor for the one inside this process
  /// @param lazy whether, for jobs that do not say, the one inside this process runs machines while
  ///   their disks land
  /// @param security how the submit side proves itself to the agents of `on`
  public record Options(
      Path state,
      List<InetSocketAddress> on,
      String hypervisor,
      boolean lazy,
      AgentSecurity security) {}

  /// How it went.
  ///
  /// @param problems of the submit description file; if there are any, nothing was made and nothing
  ///   ran
  /// @param last the last event of each job
  public record Outcome(List<String> problems, List<JobEvent> last) {}

  private record News(String job, JobEvent event) {}

  /// `$XDG_STATE_HOME/landfall`, or `~/.local/state/landfall`.
  public static Path defaultState() {
    String state = System.getenv("XDG_STATE_HOME");
    return (state == null || state.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".local", "state")
            : Path.of(state))
        .resolve("landfall");
  }

  /// Runs the jobs; returns when each of them is completed, held or removed.
  public static Outcome run(Path file, Options options, BiConsumer<String, JobEvent> listener)
      throws IOException, InterruptedException {
    List<String> problems = problems(file);
    if (!problems.isEmpty()) {
      return new Outcome(problems, List.of());
    }
    abandonBrokenOffJobs(options);
    try (Agent execute = options.on().isEmpty() ? executeAgent(options) : null;
        Agent submit = submitAgent(options, execute)) {
      Thread interrupted = new Thread(() -> stopMachines(execute), "stop-machines");
      Runtime.getRuntime().addShutdownHook(interrupted);
      try {
        return runJobs(file, submit.submit(), listener);
      } finally {
        stopMachines(execute);
        Runtime.getRuntime().removeShutdownHook(interrupted);
      }
    }
  }

  /// A run in the foreground leaves no machine behind, however it ends.
  private static void stopMachines(Agent execute) {
    if (execute != null) {
      execute.stopMachines();
    }
  }

  /// What is wrong with the file, found before anything is made.
  private static List<String> problems(Path file) throws IOException {
    SubmitContext context = SubmitContext.here().withImageFormats(InputFormats.WORDS);
    return InputFormats.judge(file, context).problems();
  }

  /// A run that was killed left its jobs in the queue; whoever starts a run again wants these jobs
  /// and not those too.
  private static void abandonBrokenOffJobs(Options options) throws IOException {
    JobBook book = JobBook.open(SubmitAgent.home(spool(options)).resolve("jobs"), LOCAL);
    for (Job job : book.all()) {
      if (!job.status().settled()) {
        book.put(job.because(JobStatus.REMOVED, "the run it belonged to was broken off"));
      }
    }
  }

  private static Outcome runJobs(
      Path file, SubmitAgent submit, BiConsumer<String, JobEvent> listener)
      throws IOException, InterruptedException {
    Reply.Submitted submitted =
        submit.submit(
            new Request.Submit(
                file.toAbsolutePath().toString(),
                Path.of("").toAbsolutePath().toString(),
                System.getProperty("user.name"),
                System.getenv()));
    BlockingQueue<News> news = new LinkedBlockingQueue<>();
    for (String job : submitted.jobs()) {
      submit.book().watch(job, event -> news.add(new News(job, event)));
    }
    List<JobEvent> last = new ArrayList<>();
    while (last.size() < submitted.jobs().size()) {
      News next = news.take();
      listener.accept(next.job(), next.event());
      if (next.event().last()) {
        last.add(next.event());
      }
    }
    return new Outcome(submitted.problems(), last);
  }

  private static Agent executeAgent(Options options) throws IOException {
    return Agent.start(settings(options, AgentSettings.Role.EXECUTE, List.of()));
  }

  private static Agent submitAgent(Options options, Agent execute) throws IOException {
    List<InetSocketAddress> hosts = execute == null ? options.on() : List.of(execute.address());
    return Agent.start(settings(options, AgentSettings.Role.SUBMIT, hosts));
  }

  private static AgentSettings settings(
      Options options, AgentSettings.Role role, List<InetSocketAddress> hosts) {
    return new AgentSettings(
        LOCAL,
        Set.of(role),
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        spool(options),
        options.state().resolve("execute"),
        hosts,
        options.hypervisor(),
        List.of(options.hypervisor().startsWith("vmware") ? "vmware" : "kvm"),
        Integer.MAX_VALUE,
        Integer.MAX_VALUE,
        Optional.empty(),
        Duration.ofMinutes(20),
        MachinePolicy.standard(LOCAL),
        TransferLimits.STANDARD.landing(options.lazy()),
        Optional.empty(),
        options.security(),
        StoreSettings.defaults(),
        new CopyDirectories(Map.of()),
        Duration.ZERO,
        DriverSettings.STANDARD,
        Optional.empty());
  }

  private static Path spool(Options options) {
    return options.state().resolve("spool");
  }
}
