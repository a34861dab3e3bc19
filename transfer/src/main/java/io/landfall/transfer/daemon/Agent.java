package io.landfall.transfer.daemon;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.drivers.Drivers;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.pool.PoolCredentials;
import io.landfall.transfer.swarm.PieceOffers;
import io.landfall.transfer.web.Listen;
import io.landfall.transfer.web.WebServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ForkJoinPool;

/// One daemon with the submit role, the execute role, or both.
///
/// Start order: the sockets, then what was left by an agent before, then the listener. Stop order:
/// the listener and its links, then the roles; jobs stay as they are and are taken up by the next
/// agent.
public final class Agent implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Endpoint endpoint;
  private final Optional<ExecuteAgent> execute;
  private final Optional<SubmitAgent> submit;
  private final StatusDesk status;
  private final Observer observer;
  private final Authorisation authorisation;
  private final CopyDesk copies;
  private final InetSocketAddress address;
  private volatile Optional<Administration> administration = Optional.empty();
  private final Optional<WebServer> web;

  private Agent(
      AgentSettings settings,
      Endpoint endpoint,
      Observer observer,
      Authorisation authorisation,
      CopyDesk copies,
      Optional<ExecuteAgent> execute,
      Optional<SubmitAgent> submit,
      InetSocketAddress listen)
      throws IOException {
    this.endpoint = endpoint;
    this.observer = observer;
    this.status = new StatusDesk(settings, observer, execute, submit);
    this.authorisation = authorisation;
    this.copies = copies;
    this.execute = execute;
    this.submit = submit;
    this.web = openWeb(settings);
    try {
      this.address = endpoint.listen(listen, this::welcome);
    } catch (IOException e) {
      closeWeb();
      throw e;
    }
  }

  /// Opens the roles that `settings` name, and listens.
  ///
  /// @throws IOException if a role cannot be taken up; the message says why
  public static Agent start(AgentSettings settings) throws IOException {
    Endpoint endpoint =
        Endpoint.open(EndpointSettings.of(settings.name()), settings.security().admission());
    endpoint.limitSending(settings.transfers().sendBytesPerSecond());
    endpoint.limitSendingOfEachOwner(settings.transfers().ownerBytesPerSecond());
    Observer observer = Observer.open(history(settings), ErrorCodes::of);
    Optional<ExecuteAgent> execute = Optional.empty();
    Optional<SubmitAgent> submit = Optional.empty();
    try {
      if (settings.roles().contains(AgentSettings.Role.EXECUTE)) {
        execute =
            Optional.of(
                ExecuteAgent.open(
                    settings,
                    Drivers.named(settings.hypervisor(), settings.drivers()),
                    endpoint,
                    observer));
      }
      if (settings.roles().contains(AgentSettings.Role.SUBMIT)) {
        submit = Optional.of(SubmitAgent.open(settings, endpoint, observer));
      }
      return new Agent(
          settings,
          endpoint,
          observer,
          new Authorisation(settings.security().submitHosts()),
          new CopyDesk(observer, settings.copyDirectories(), ForkJoinPool.commonPool()),
          execute,
          submit,
          settings.listen());
    } catch (IOException | RuntimeException e) {
      close(endpoint, execute, submit);
      throw e;
    }
  }

  private Optional<WebServer> openWeb(AgentSettings settings) throws IOException {
    if (settings.http().isEmpty()) {
      return Optional.empty();
    }
    Listen where = settings.http().get();
    WebServer opened =
        WebServer.open(
            where,
            where.isLocal()
                ? Optional.empty()
                : Optional.of(
                    PoolCredentials.read(settings.security().pool().orElseThrow()).server()),
            new AgentSite(status, submit.map(SubmitAgent::store), this::alive));
    status.pageIsAt(opened.address());
    return Optional.of(opened);
  }

  private void closeWeb() throws IOException {
    if (web.isPresent()) {
      web.get().close();
    }
  }

  private static Path history(AgentSettings settings) {
    return settings.roles().contains(AgentSettings.Role.SUBMIT)
        ? SubmitAgent.home(settings.spool()).resolve("transfers")
        : settings.execute().resolve("transfers");
  }

  /// Where it listens.
  public InetSocketAddress address() {
    return address;
  }

  /// Whether its network side still answers; what a watchdog asks.
  public boolean alive() {
    return endpoint.responds(PATIENCE);
  }

  private void welcome(Peer peer) {
    Optional<ExportTable> ofClaims = execute.map(role -> role.exportsFor(peer));
    peer.serve(name ->
        name.startsWith(CopyDesk.PREFIX)
            ? copies.find(peer, name)
            : ofClaims.isEmpty()
                ? Optional.empty()
                : name.startsWith(PieceOffers.PREFIX)
                    ? execute.orElseThrow().swarm().find(peer.identity(), name)
                    : ofClaims.get().find(name));
    peer.onRequest(text -> ControlJson.write(observed(peer, text)));
  }

  private Reply observed(Peer peer, String text) throws IOException {
    try {
      return answer(peer, ControlJson.read(text, Request.class));
    } catch (IOException | RuntimeException e) {
      observer.refused(e);
      throw e;
    }
  }

  private Reply answer(Peer peer, Request<?> request) throws IOException {
    authorisation.require(peer.identity(), request);
    return switch (request) {
      case Request.Describe _ -> execute().describe();
      case Request.Claim claim -> execute().admit(peer, claim);
      case Request.Attach attach -> execute().attach(peer, attach.job());
      case Request.Prepare prepare -> execute().prepare(peer, prepare);
      case Request.Start start -> execute().claimed(peer, start.job()).start();
      case Request.Save save -> execute().claimed(peer, save.job()).save();
      case Request.Checkpoint checkpoint -> execute().claimed(peer, checkpoint.job()).checkpoint();
      case Request.CheckpointDone done -> execute().claimed(peer, done.job()).checkpointDone();
      case Request.Suspend suspend ->
          execute().claimed(peer, suspend.job()).suspend(suspend.soft());
      case Request.Continue on -> execute().claimed(peer, on.job()).goOn();
      case Request.Outputs outputs -> execute().claimed(peer, outputs.job()).outputs();
      case Request.Kill kill -> {
        execute().claimed(peer, kill.job()).kill();
        yield new Reply.Done();
      }
      case Request.Release release -> {
        execute().release(peer, release.job());
        yield new Reply.Done();
      }
      case Request.SwarmJoin _, Request.SwarmNext _ ->
          throw new AssertionError("refused by Authorisation");
      case Request.Status _ -> new Reply.Status(status.overview());
      case Request.Transfers transfers -> status.transfers(transfers.last());
      case Request.Metrics _ -> new Reply.Metrics(status.metrics());
      case Request.OfferCopy copy -> copies.offer(peer, copy);
      case Request.TakeCopy copy -> copies.take(peer, copy);
      case Request.Echo echo -> echoed(echo);
      case Request.Reload _ -> administration().reload();
      case Request.Inspect _ -> administration().inspect();
      case Request.Submit description -> submit().submit(description, peer.identity());
      case Request.ListJobs list -> submit().jobs(list);
      case Request.Watch watch -> {
        submit().watch(peer, watch.job());
        yield new Reply.Done();
      }
      case Request.Evict evict ->
          submit().signal(evict.job(), new Signal.Evict("asked by the user"));
      case Request.Remove remove -> submit().remove(remove.job());
      case Request.Hold hold -> submit().signal(hold.job(), new Signal.Hold(hold.reason()));
      case Request.SuspendJob suspend ->
          submit().signal(suspend.job(), new Signal.Suspend(suspend.soft()));
      case Request.ContinueJob on -> submit().signal(on.job(), new Signal.Continue());
      case Request.CheckpointJob checkpoint ->
          submit().signal(checkpoint.job(), new Signal.Checkpoint());
      case Request.ReleaseHold release -> submit().releaseHold(release.job());
    };
  }

  /// Lets whoever may administer this machine do so; until then such requests are refused.
  public void administeredBy(Administration by) {
    administration = Optional.of(by);
  }

  private Administration administration() throws IOException {
    return administration.orElseThrow(
        () -> new IOException("this agent is part of another program; it has no configuration"));
  }

  /// Takes over what can change while it runs.
  void reconfigure(AgentSettings fresh) {
    endpoint.limitSending(fresh.transfers().sendBytesPerSecond());
    endpoint.limitSendingOfEachOwner(fresh.transfers().ownerBytesPerSecond());
    authorisation.submitHosts(fresh.security().submitHosts());
    status.reconfigure(fresh);
    execute.ifPresent(role -> role.reconfigure(fresh));
    submit.ifPresent(role -> role.reconfigure(fresh));
  }

  /// Figures of its roles and its network, by name.
  Map<String, Long> figures() {
    Map<String, Long> figures =
        new TreeMap<>(submit.map(SubmitAgent::figures).orElseGet(TreeMap::new));
    figures.put("network buffer bytes", endpoint.directMemoryBytes());
    return figures;
  }

  private static Reply echoed(Request.Echo echo) throws IOException {
    if (echo.padding().length() > Request.Echo.MAX_PADDING) {
      throw new IOException(
          "padding of %d characters, expected at most %d"
              .formatted(echo.padding().length(), Request.Echo.MAX_PADDING));
    }
    return new Reply.Echoed(echo.padding(), Instant.now());
  }

  Authorisation authorisation() {
    return authorisation;
  }

  ExecuteAgent execute() throws IOException {
    return execute.orElseThrow(() -> new IOException("this agent has no execute role"));
  }

  SubmitAgent submit() throws IOException {
    return submit.orElseThrow(() -> new IOException("this agent has no submit role"));
  }

  /// Ends the machines of the execute role at once. What was saved or has ended stays.
  void stopMachines() {
    execute.ifPresent(ExecuteAgent::stopMachines);
  }

  /// Stops the agent. Its jobs stay as they are, and machines of a hypervisor that is a process of
  /// its own run on; the next agent takes both up.
  @Override
  public void close() throws IOException {
    closeWeb();
    close(endpoint, execute, submit);
  }

  private static void close(
      Endpoint endpoint, Optional<ExecuteAgent> execute, Optional<SubmitAgent> submit)
      throws IOException {
    submit.ifPresent(SubmitAgent::stopRunners);
    endpoint.close();
    if (submit.isPresent()) {
      submit.get().close();
    }
    if (execute.isPresent()) {
      execute.get().close();
    }
  }
}
