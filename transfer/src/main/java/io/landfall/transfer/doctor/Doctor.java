package io.landfall.transfer.doctor;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.config.Problem;
import io.landfall.transfer.daemon.AgentKnobs;
import io.landfall.transfer.daemon.AgentSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// Examines this host as an agent of a given configuration would find it.
public final class Doctor {
  /// The whole examination takes no longer than this, whatever hangs.
  static final Duration PATIENCE = Duration.ofSeconds(18);

  private final Duration patience;

  Doctor(Duration patience) {
    this.patience = patience;
  }

  /// Asks everything at once and waits at most [#PATIENCE].
  public static Diagnosis examine(ConfigurationSources sources) {
    List<Check> checks = new ArrayList<>();
    AgentSettings settings;
    try {
      Configuration configuration = Configuration.load(sources);
      settings = AgentKnobs.read(configuration);
      checks.add(new ConfigurationCheck(sources.file(), configuration, settings));
    } catch (InvalidConfigurationException e) {
      settings = standard();
      checks.add(refused(e.problems()));
    }
    checks.add(new RuntimeCheck());
    checks.add(new FileSystemCheck(settings));
    checks.add(new KernelCheck());
    checks.add(new HypervisorCheck(settings));
    checks.add(new LimitsCheck(settings));
    checks.add(new ClockCheck());
    checks.add(new CertificateCheck(settings));
    checks.add(new NetworkCheck(settings));
    return new Doctor(PATIENCE).run(checks);
  }

  /// What an agent without any configuration would do.
  private static AgentSettings standard() {
    try {
      return AgentKnobs.read(
          Configuration.load(
              new ConfigurationSources(
                  Map.of(), Optional.empty(), Map.of(), Map.of(), FileLookup.system())));
    } catch (InvalidConfigurationException e) {
      throw new AssertionError("the defaults are valid", e);
    }
  }

  private static Check refused(List<Problem> problems) {
    return new Named(
        ConfigurationCheck.GROUP,
        findings ->
            problems.forEach(problem ->
                findings.accept(
                    Finding.broken(
                        "configuration",
                        problem.toString(),
                        "no agent starts with it; what follows is for an agent without configuration",
                        problem.remedy().isEmpty() ? "correct that line" : problem.remedy()))));
  }

  private record Named(String group, Consumer<Consumer<Finding>> asks) implements Check {
    @Override
    public void run(Consumer<Finding> findings) {
      asks.accept(findings);
    }
  }

  Diagnosis run(List<Check> checks) {
    long start = System.nanoTime();
    List<Running> running = checks.stream().map(Running::start).toList();
    List<Diagnosis.Group> groups = new ArrayList<>();
    for (Running one : running) {
      Duration left = patience.minusNanos(System.nanoTime() - start);
      groups.add(new Diagnosis.Group(one.check.group(), one.await(left)));
    }
    return new Diagnosis(groups, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
  }

  /// A check under way. Its thread is a daemon: one that hangs keeps no process from ending.
  private static final class Running {
    private final Check check;
    private final List<Finding> findings = new ArrayList<>(); // guarded by this
    private final CountDownLatch done = new CountDownLatch(1);

    private Running(Check check) {
      this.check = check;
    }

    static Running start(Check check) {
      Running running = new Running(check);
      Thread.ofPlatform().daemon().name("landfall-doctor-" + check.group()).start(running::run);
      return running;
    }

    @SuppressWarnings("PMD.AvoidCatchingGenericException")
    private void run() {
      try {
        check.run(this::add);
      } catch (Exception e) {
        add(
            Finding.broken(
                check.group(),
                "cannot be examined: " + e,
                "nothing is known of it",
                "run it again with LANDFALL_DEBUG=1"));
      } finally {
        done.countDown();
      }
    }

    private synchronized void add(Finding finding) {
      findings.add(finding);
    }

    private List<Finding> await(Duration left) {
      boolean answered = false;
      try {
        answered = done.await(Math.max(0, left.toMillis()), TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      synchronized (this) {
        List<Finding> all = new ArrayList<>(findings);
        if (!answered) {
          all.add(
              Finding.broken(
                  check.group(),
                  "did not answer in time",
                  "an agent would wait as long",
                  "look for a disk, a hypervisor or a host that hangs"));
        }
        return all;
      }
    }
  }
}
