package io.landfall.transfer.testing;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.Calls;
import io.landfall.transfer.demo.AgentProcess;
import io.landfall.transfer.demo.DemoImage;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/// A small pool of real agents, each in a process of its own, that a test may kill and start again.
public final class Pool implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;

  private final Path directory;
  private final String hypervisor;
  private final Map<String, AgentProcess> agents = new LinkedHashMap<>();
  private final Endpoint endpoint =
      Endpoint.open(EndpointSettings.of("test"), Admission.thisMachine());

  public Pool(Path directory, String hypervisor) throws IOException {
    this.directory = directory;
    this.hypervisor = hypervisor;
  }

  public void startExecute(String name) throws IOException, InterruptedException {
    startExecute(name, Map.of());
  }

  /// An execute host with settings of its own.
  public void startExecute(String name, Map<String, String> more)
      throws IOException, InterruptedException {
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("LANDFALL_ROLES", "EXECUTE");
    settings.put("LANDFALL_HYPERVISOR", hypervisor);
    settings.put("EXECUTE", home(name).resolve("execute").toString());
    start(name, settings);
  }

  /// A submit host that may use the execute hosts started so far.
  public void startSubmit() throws IOException, InterruptedException {
    startSubmit(Map.of());
  }

  /// The same with settings of its own.
  public void startSubmit(Map<String, String> more) throws IOException, InterruptedException {
    List<String> hosts = new ArrayList<>();
    agents.forEach((name, agent) -> {
      if (!name.equals("submit")) {
        hosts.add(text(agent));
      }
    });
    Map<String, String> settings = new LinkedHashMap<>(more);
    settings.put("LANDFALL_ROLES", "SUBMIT");
    settings.put("LANDFALL_EXECUTE_HOSTS", String.join(",", hosts));
    settings.put("SPOOL", spool().toString());
    start("submit", settings);
  }

  private void start(String name, Map<String, String> settings)
      throws IOException, InterruptedException {
    AgentProcess before = agents.get(name);
    settings.put("LANDFALL_NAME", name);
    settings.put(
        "LANDFALL_PORT", before == null ? "0" : Integer.toString(before.address().getPort()));
    agents.put(name, AgentProcess.start(home(name), settings));
  }

  public AgentProcess agent(String name) {
    return agents.get(name);
  }

  public String address(String name) {
    return text(agents.get(name));
  }

  /// kill -9.
  public void kill(String name) throws InterruptedException {
    Process process = agents.get(name).process();
    process.destroyForcibly();
    process.waitFor();
  }

  /// kill -9 of every machine of an execute host, as if its hypervisor crashed.
  public void killHypervisors(String name) {
    String claims = home(name).resolve("execute").resolve("claims").toString();
    ProcessHandle.allProcesses()
        .filter(process ->
            process.info().commandLine().orElse("").contains(claims)
                && process.info().command().orElse("").contains("qemu-system"))
        .forEach(ProcessHandle::destroyForcibly);
  }

  public Path home(String name) {
    return directory.resolve(name);
  }

  public Path spool() {
    return home("submit").resolve("spool");
  }

  /// An image with the work program, and the submit description file of a job that runs it.
  public Path job(long imageBytes, long dataBytes, WorkPlan plan) throws IOException {
    return job(imageBytes, dataBytes, plan, "queue");
  }

  /// The same with lines of its own at the end.
  public Path job(long imageBytes, long dataBytes, WorkPlan plan, String end) throws IOException {
    Path image = directory.resolve("images").resolve("guest.img");
    Files.createDirectories(image.getParent());
    if (Files.notExists(image)) {
      DemoImage.write(image, imageBytes, dataBytes, 3, plan);
    }
    return Files.writeString(
        directory.resolve("guest.sub"),
        """
        universe                = vm
        executable              = guest
        vm_type                 = kvm
        vm_memory               = 32
        vm_disk                 = guest.img:vda:w:raw
        transfer_input_files    = images/guest.img
        vm_checkpoint           = true
        when_to_transfer_output = ON_EXIT_OR_EVICT
        log                     = guest.log
        %s
        """
            .formatted(end));
  }

  public Path image() {
    return directory.resolve("images").resolve("guest.img");
  }

  public Path returned() {
    return directory.resolve("guest.img");
  }

  public Peer connect() throws IOException {
    return endpoint.connect(agents.get("submit").address());
  }

  public String submit(Path file) throws IOException {
    return submitAll(file).getFirst();
  }

  public List<String> submitAll(Path file) throws IOException {
    try (Peer peer = connect()) {
      Reply.Submitted reply =
          Calls.call(
              peer, new Request.Submit(file.toString(), directory.toString(), "ann", Map.of()));
      if (!reply.problems().isEmpty()) {
        throw new IOException(reply.problems().toString());
      }
      return reply.jobs();
    }
  }

  public void evict(String job) throws IOException {
    try (Peer peer = connect()) {
      Calls.call(peer, new Request.Evict(job));
    }
  }

  /// Hears a job's events, from the beginning, until one is as wanted; that one is the last of the
  /// list.
  public List<JobEvent> watch(String job, Predicate<JobEvent> until)
      throws IOException, InterruptedException {
    BlockingQueue<JobEvent> news = new LinkedBlockingQueue<>();
    try (Peer peer = connect()) {
      peer.onNotice(text -> hear(text, news));
      Calls.call(peer, new Request.Watch(job));
      List<JobEvent> heard = new ArrayList<>();
      while (heard.isEmpty() || !until.test(heard.getLast())) {
        JobEvent event = news.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (event == null) {
          throw new IOException("nothing more happened after " + heard);
        }
        heard.add(event);
      }
      return heard;
    }
  }

  private static void hear(String text, BlockingQueue<JobEvent> news) {
    try {
      if (ControlJson.read(text, Notice.class) instanceof Notice.Happened happened) {
        news.add(happened.event());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(AgentProcess agent) {
    return agent.address().getHostString() + ":" + agent.address().getPort();
  }

  @Override
  public void close() throws IOException {
    agents.values().forEach(AgentProcess::close);
    endpoint.close();
  }
}
