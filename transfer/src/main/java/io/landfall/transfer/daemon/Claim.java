package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.transfer.control.Arrival;
import io.landfall.transfer.control.Notice;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Reply.ClaimStatus.Phase;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.landing.LandingException;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.FrozenState;
import io.landfall.transfer.lifecycle.HypervisorDriver;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.observe.Observer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;

/// One job on this execute host: its landed images, its overlays and its machine, in a directory of
/// its own.
///
/// Every change of phase is written down before it is acted on ([ClaimFile]), so that what a saved
/// or ended job left here outlives the agent until the submit host releases it.
///
/// Threads: requests of one job come one at a time (`synchronized`); the machine's end arrives on a
/// thread of the driver.
final class Claim {
  private static final System.Logger LOG = System.getLogger(Claim.class.getName());

  /// Restarts of a guest that reboots; a guest that gets here more often is caught in a loop.
  private static final int MAX_REBOOTS = 100;

  /// Name of the file that says who made the claim.
  static final String HOLDER = "holder";

  private final String job;
  private final Path directory;
  private final ClaimFile file;
  private final HypervisorDriver driver;
  private final Request.VmShape asked;
  private final AgentSettings settings;
  private final Executor hashing;
  private final ClaimDisks disks; // guarded by this
  private final ClaimState state;
  private final ClaimOffers offers; // guarded by this
  private final ClaimArrivals arrivals; // guarded by this
  private final Observer observer;
  private final ClaimLandings landings; // guarded by this

  private Peer peer; // guarded by this; who is told, and who may pull
  private volatile Peer listening; // the same, for who does not wait for the lock
  private ExportTable exports; // guarded by this
  private Vm vm; // guarded by this; absent unless RUNNING
  private int reboots; // guarded by this

  Claim(
      String job,
      Path directory,
      ClaimFile file,
      Optional<Request.VmShape> asked,
      HypervisorDriver driver,
      AgentSettings settings,
      ImageCache cache,
      SwarmMember swarm,
      Executor hashing,
      Observer observer,
      LazyFills fills) {
    this.observer = observer;
    this.job = job;
    this.directory = directory;
    this.file = file;
    this.driver = driver;
    this.asked = ClaimMachine.asked(file, asked);
    this.settings = settings;
    this.hashing = hashing;
    this.disks = new ClaimDisks(job, directory, driver.overlayFormat(), cache, swarm);
    this.state = new ClaimState(directory);
    this.arrivals =
        new ClaimArrivals(
            job,
            disks,
            driver,
            settings.transfers().lazy(),
            fills,
            new ClaimArrivals.Listener(this::baseLanded, this::baseDiffered, this::filling));
    ClaimFiles files = new ClaimFiles(directory);
    this.landings = new ClaimLandings(job, arrivals, state, files, observer);
    this.offers = new ClaimOffers(job, disks, state, hashing, arrivals, files);
  }

  String job() {
    return job;
  }

  /// Who made the claim, in words that are the same for the same party at any time.
  String holder() throws IOException {
    return Files.readString(directory.resolve(HOLDER));
  }

  Phase phase() {
    return file.phase();
  }

  /// The machine that room is kept for.
  Request.VmShape machine() {
    return asked;
  }

  /// Makes `newPeer` the one that is told, that may pull what there is to pull, and where what is
  /// missing of the disks comes from.
  Reply.ClaimStatus attach(Peer newPeer, ExportTable newExports) throws IOException {
    if (file.order().isPresent()) {
      // Without the lock: a verb that holds it may wait for these very bytes.
      try {
        disks.from(newPeer, file.order().get().disks());
      } catch (LandingException e) {
        if (e.code() != ErrorCode.CONTENT_MISMATCH) {
          throw e;
        }
        lose(e.getMessage());
      }
    }
    return attached(newPeer, newExports);
  }

  private synchronized Reply.ClaimStatus attached(Peer newPeer, ExportTable newExports)
      throws IOException {
    peer = newPeer;
    listening = newPeer;
    exports = newExports;
    if (arrivals.serving() && vm != null && vm.state() == VmState.IO_ERROR) {
      vm.resume();
    }
    if (phase() == Phase.SAVED || phase() == Phase.ENDED) {
      offers.offerDisks(exports, file.writable());
    }
    if (phase() == Phase.SAVED) {
      offers.offerSaved(exports, directory.resolve(file.memoryFile()));
    }
    return new Reply.ClaimStatus(phase(), file.ended());
  }

  /// Lands what the job needs and makes an empty overlay for each writable disk.
  synchronized Reply.Prepared prepare(Request.Prepare order) throws IOException {
    require("prepare", Phase.NONE, Phase.LANDING, Phase.PREPARED);
    ClaimMachine.requireFit(job, directory, order, driver, settings);
    Files.createDirectories(directory);
    file.landing(order);
    Reply.Prepared prepared = landings.land(peer, order, file);
    file.prepared(disks.imageIds());
    return prepared;
  }

  /// Starts or restores the machine; the guest runs when this returns.
  synchronized Reply.Started start() throws IOException {
    require("start", Phase.PREPARED);
    long began = System.nanoTime();
    Request.Prepare order = file.order().orElseThrow();
    file.running();
    try {
      if (order.restore().isPresent()) {
        SavedState landed = state.landed(order.restore().get().machine());
        run(driver.restore(spec(order), landed));
      } else {
        run(driver.start(spec(order)));
      }
    } catch (IOException e) {
      file.prepared(disks.imageIds());
      throw ClaimMachine.refusal(e);
    }
    return new Reply.Started(Duration.ofNanos(System.nanoTime() - began).toMillis());
  }

  private VmSpec spec(Request.Prepare order) {
    return ClaimMachine.spec(
        job,
        directory,
        order.vm(),
        order.disks().stream().map(arrivals::drive).toList(),
        settings.machine(),
        settings.bridge());
  }

  private void run(Vm started) throws IOException {
    vm = started;
    var _ = started.end().thenAcceptAsync(reason -> ended(started, reason), hashing);
    started.resume();
  }

  private synchronized void ended(Vm which, EndReason reason) {
    if (!which.equals(vm) || phase() != Phase.RUNNING) {
      return; // saved, killed or released meanwhile
    }
    vm = null;
    try {
      which.close();
      if (reason == EndReason.REBOOTED && reboots++ < MAX_REBOOTS) {
        run(driver.start(spec(file.order().orElseThrow())));
        return;
      }
      file.ended(reason.name());
      if (peer != null) {
        offers.offerDisks(exports, file.writable());
        Calls.tell(peer, new Notice.Ended(job, reason.name(), "by itself"));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, job + ": cannot settle the machine's end", e);
    }
  }

  /// Stops the guest; disk and memory as of that moment can be pulled when this returns.
  synchronized Reply.Saved save() throws IOException {
    if (phase() == Phase.RUNNING) {
      long began = System.nanoTime();
      SavedState saved = vm.save();
      state.keep(saved);
      long pause = Duration.ofNanos(System.nanoTime() - began).toMillis();
      file.saved(saved.memory().getFileName().toString(), saved.machine(), pause);
      paused(pause, false);
      Vm gone = vm;
      vm = null;
      gone.close();
      offers.offerDisks(exports, file.writable());
      offers.offerSaved(exports, directory.resolve(file.memoryFile()));
    }
    require("save", Phase.SAVED);
    return offers.saved(exports, file.writable(), file);
  }

  private void paused(long millis, boolean goesOn) {
    PauseEvent.tell(job, millis, goesOn);
    observer.paused(Duration.ofMillis(millis), goesOn);
  }

  /// Freezes disk and memory and lets the guest go on; what is frozen can be pulled when this
  /// returns, until [#checkpointDone].
  synchronized Reply.Saved checkpoint() throws IOException {
    require("checkpoint", Phase.RUNNING);
    offers.withdrawFrozen(exports);
    FrozenState frozen = vm.freeze();
    paused(frozen.pause().toMillis(), true);
    return offers.frozen(exports, file.writable(), frozen);
  }

  /// Lets go of what [#checkpoint] froze; twice is harmless.
  synchronized Reply.Done checkpointDone() throws IOException {
    offers.withdrawFrozen(exports);
    if (vm != null) {
      vm.thaw();
    }
    return new Reply.Done();
  }

  /// Lets the guest stand still, in memory or with its memory on disk; twice is harmless.
  synchronized Reply.Done suspend(boolean soft) throws IOException {
    require("suspend", Phase.RUNNING, Phase.SAVED);
    if (phase() == Phase.RUNNING && soft) {
      if (vm.state() != VmState.PAUSED) {
        vm.pause();
      }
    } else {
      save();
    }
    return new Reply.Done();
  }

  /// Lets a suspended guest go on; twice is harmless.
  synchronized Reply.Done goOn() throws IOException {
    require("continue", Phase.RUNNING, Phase.SAVED);
    if (phase() == Phase.SAVED) {
      restoreHere();
    } else if (vm.state() != VmState.RUNNING) {
      vm.resume();
    }
    return new Reply.Done();
  }

  private void restoreHere() throws IOException {
    SavedState saved = state.landed(file.machine());
    exports.withdraw(Names.claimPart(job, ""));
    file.running();
    try {
      run(driver.restore(spec(file.order().orElseThrow()), saved));
    } catch (IOException e) {
      file.saved(saved.memory().getFileName().toString(), saved.machine(), file.pauseMillis());
      throw e;
    }
  }

  synchronized Reply.OutputDisks outputs() throws IOException {
    require("ask for the outputs of", Phase.ENDED);
    return offers.outputs(exports, file.writable());
  }

  synchronized void kill() throws IOException {
    if (vm != null) {
      Vm killed = vm;
      vm = null;
      killed.kill();
    }
  }

  /// Deletes everything of the job on this host. Cached images stay, unpinned.
  synchronized void release() throws IOException {
    kill();
    if (exports != null) {
      exports.withdraw(Names.claimPart(job, ""));
    }
    disks.unpinAll();
    arrivals.end();
    file.none();
    Trees.delete(directory);
  }

  /// Takes up what an agent before this one left: a machine that still runs is taken charge of, a
  /// saved or ended job waits on for its submit host, anything else is over.
  ///
  /// @return whether there is something to keep
  synchronized boolean recover() throws IOException {
    boolean worthKeeping =
        switch (phase()) {
          case RUNNING, SAVED, ENDED ->
              disks.pin(file.images(), file.orders(), file.exports().isPresent());
          case NONE, LANDING, PREPARED -> false;
        };
    if (worthKeeping && file.exports().isPresent()) {
      arrivals.serveAgain(file.exports().get());
    }
    if (worthKeeping && phase() == Phase.RUNNING) {
      worthKeeping = adopt();
    }
    if (!worthKeeping) {
      driver.reap(directory);
      release();
    }
    return worthKeeping;
  }

  private boolean adopt() throws IOException {
    Optional<Vm> running = driver.adopt(spec(file.order().orElseThrow()));
    if (running.isEmpty()) {
      return false;
    }
    vm = running.get();
    Vm adopted = vm;
    var _ = adopted.end().thenAcceptAsync(reason -> ended(adopted, reason), hashing);
    if (arrivals.serving()) {
      arrivals.tellAgain();
    }
    return true;
  }

  /// Says how far a base is that lands behind its guest. Without the claim's lock: a verb that
  /// holds it may take long.
  private void filling(String device, String phase, long doneBytes, long totalBytes) {
    Peer told = listening;
    if (told != null) {
      Calls.tell(told, new Notice.Landing(job, device, phase, doneBytes, totalBytes));
    }
  }

  /// A base is here: the machine reads it from its file from now on, the guest runs on.
  private synchronized void baseLanded(String device) {
    if (phase() == Phase.NONE || !arrivals.serving()) {
      return;
    }
    try {
      Optional<Vm> running = phase() == Phase.RUNNING ? Optional.ofNullable(vm) : Optional.empty();
      Optional<Arrival> arrival = arrivals.moveOff(file.disk(device), running);
      if (peer != null && arrival.isPresent()) {
        Calls.tell(peer, new Notice.Arrived(job, device, arrival.get()));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, job + ": still reads " + device + " over NBD", e);
    }
  }

  /// The guest may have seen wrong bytes, or can never see the right ones: whatever it made is
  /// worth nothing.
  private synchronized void lose(String why) {
    LOG.log(System.Logger.Level.ERROR, "{0}: {1}", job, why);
    if (phase() != Phase.RUNNING && phase() != Phase.SAVED && phase() != Phase.ENDED) {
      return;
    }
    try {
      kill();
      file.ended(EndReason.LOST.name());
      if (peer != null) {
        exports.withdraw(Names.claimPart(job, ""));
        Calls.tell(peer, new Notice.Ended(job, EndReason.LOST.name(), why));
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, job + ": cannot end its machine", e);
    }
  }

  private void baseDiffered(String device) {
    lose("the image under " + device + " was damaged on its way, and is fetched again");
  }

  /// Leaves the machine to the next agent.
  void detach() throws IOException {
    arrivals.detach();
  }

  private void require(String verb, Phase... allowed) throws IOException {
    for (Phase phase : allowed) {
      if (phase() == phase) {
        return;
      }
    }
    throw new IOException("cannot " + verb + " " + job + ": here it is " + phase());
  }
}
