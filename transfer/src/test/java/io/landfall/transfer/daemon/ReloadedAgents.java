package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkPlan;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// A submit and an execute host in this process that read their configuration again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReloadedAgents {
  static final long MIB = 1 << 20;

  Path directory;
  ReloadableAgent execute;
  ReloadableAgent submit;
  private int images;

  @BeforeAll
  void twoAgentsRun(@TempDir Path shared) throws Exception {
    directory = shared;
    execute = execute("execute");
    submit = submit("submit", execute);
  }

  @AfterAll
  void stop() throws Exception {
    submit.close();
    execute.agent.stopMachines();
    execute.close();
  }

  @AfterEach
  void asBefore() throws Exception {
    execute.reload();
    submit.reload();
  }

  final ReloadableAgent execute(String name) throws Exception {
    return new ReloadableAgent(
        directory.resolve(name),
        List.of(
            "LANDFALL_ROLES = EXECUTE",
            "LANDFALL_NAME = " + name,
            "LANDFALL_HYPERVISOR = simulated",
            "LANDFALL_PORT = 0",
            "EXECUTE = " + directory.resolve(name).resolve("execute")));
  }

  final ReloadableAgent submit(String name, ReloadableAgent uses) throws Exception {
    InetSocketAddress address = uses.agent.address();
    return new ReloadableAgent(
        directory.resolve(name),
        List.of(
            "LANDFALL_ROLES = SUBMIT",
            "LANDFALL_NAME = " + name,
            "LANDFALL_PORT = 0",
            "LANDFALL_EXECUTE_HOSTS = " + address.getHostString() + ":" + address.getPort(),
            "SPOOL = " + directory.resolve(name).resolve("spool")));
  }

  final Path job(long dataBytes) throws Exception {
    return job(dataBytes, new WorkPlan(1, Duration.ofMillis(1)));
  }

  /// An image of its own, and a job that runs it.
  final Path job(long dataBytes, WorkPlan plan) throws Exception {
    String name = "guest" + ++images;
    DemoImage.write(directory.resolve(name), dataBytes + 4 * MIB, dataBytes, images, plan);
    return Files.writeString(
        directory.resolve(name + ".sub"),
        """
        universe                = vm
        executable              = %1$s
        vm_type                 = kvm
        vm_memory               = 32
        vm_disk                 = %1$s:vda:w:raw
        transfer_input_files    = %1$s
        initialdir              = %2$s
        vm_checkpoint           = true
        when_to_transfer_output = ON_EXIT_OR_EVICT
        queue
        """
            .formatted(name, directory));
  }

  /// Runs a job until an event is as wanted, and removes it if it is not over then.
  final List<JobEvent> run(Path file, Predicate<JobEvent> until) throws Exception {
    BlockingQueue<JobEvent> news = watch(submit, file);
    List<JobEvent> events = await(news, until);
    if (!events.getLast().last()) {
      String job =
          submit.agent.submit().book().all().stream()
              .filter(one -> !one.status().over())
              .map(Job::name)
              .findFirst()
              .orElseThrow();
      submit.agent.submit().remove(job);
      await(news, JobEvent.Removed.class::isInstance);
    }
    return events;
  }

  final BlockingQueue<JobEvent> watch(ReloadableAgent by, Path file) throws Exception {
    SubmitAgent role = by.agent.submit();
    Reply.Submitted submitted =
        role.submit(new Request.Submit(file.toString(), directory.toString(), "ann", Map.of()));
    assertThat(submitted.problems()).isEmpty();
    BlockingQueue<JobEvent> news = new LinkedBlockingQueue<>();
    var _ = role.book().watch(submitted.jobs().getFirst(), news::add);
    return news;
  }

  static List<JobEvent> await(BlockingQueue<JobEvent> news, Predicate<JobEvent> until)
      throws InterruptedException {
    List<JobEvent> events = new ArrayList<>();
    while (events.isEmpty() || !until.test(events.getLast())) {
      JobEvent event = news.poll(50, TimeUnit.SECONDS);
      assertThat(event).as("what happened after " + events).isNotNull();
      events.add(event);
    }
    return events;
  }

  static void until(java.util.function.BooleanSupplier holds) throws InterruptedException {
    while (!holds.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }
}
