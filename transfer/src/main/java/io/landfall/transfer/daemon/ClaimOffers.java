package io.landfall.transfer.daemon;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.lifecycle.FrozenState;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// What the submit host may pull of a claim. Whatever is offered is hashed beside the pull, so that
/// the two begin at once.
///
/// Not thread-safe: guarded by the [Claim].
final class ClaimOffers {
  /// Begins the names of what is frozen while the guest goes on.
  static final String FROZEN = "frozen.";

  /// How long the opening of a changed disk waits for its names.
  private static final Duration NAMES_PATIENCE = Duration.ofSeconds(1);

  private final String job;
  private final ClaimDisks disks;
  private final ClaimState state;
  private final Executor hashing;
  private final ClaimArrivals arrivals;
  private final ClaimFiles files;

  /// The chunk names of the memory that was frozen last: what changed since is all that is hashed.
  private CompletableFuture<Manifest> lastMemory;

  ClaimOffers(
      String job,
      ClaimDisks disks,
      ClaimState state,
      Executor hashing,
      ClaimArrivals arrivals,
      ClaimFiles files) {
    this.job = job;
    this.disks = disks;
    this.state = state;
    this.hashing = hashing;
    this.arrivals = arrivals;
    this.files = files;
  }

  void offerDisks(ExportTable exports, List<Request.DiskOrder> orders) {
    for (Request.DiskOrder disk : orders) {
      offerDisk(exports, disk.device(), "", () -> disks.changed(disk.device()));
    }
    arrivals
        .profiles()
        .forEach((device, text) ->
            exports.offer(
                Names.owner(job),
                Names.claimPart(job, Names.profile(device)),
                () -> Export.of(ClaimState.device(text))));
  }

  /// Offers what has changed of the files that came besides the disks.
  ///
  /// @return by what name, if any came
  private Optional<String> offerFiles(ExportTable exports) {
    String export = Names.claimPart(job, ClaimFiles.PART);
    if (!files.present()) {
      return Optional.empty();
    }
    exports.offer(Names.owner(job), export, () -> Export.of(files.changed()));
    return Optional.of(export);
  }

  /// What is to be pulled of a saved machine; its parts are on offer already, but for its files.
  Reply.Saved saved(ExportTable exports, List<Request.DiskOrder> orders, ClaimFile file)
      throws IOException {
    return parts(exports, orders, "", file.pauseMillis(), file.machine());
  }

  /// Offers what was frozen of a machine that goes on.
  Reply.Saved frozen(ExportTable exports, List<Request.DiskOrder> orders, FrozenState frozen)
      throws IOException {
    offerFrozen(exports, orders, frozen);
    return parts(exports, orders, FROZEN, frozen.pause().toMillis(), frozen.saved().machine());
  }

  private Reply.Saved parts(
      ExportTable exports,
      List<Request.DiskOrder> orders,
      String prefix,
      long pauseMillis,
      String machine)
      throws IOException {
    return new Reply.Saved(
        pauseMillis,
        machine,
        disks.changedDisks(orders, prefix),
        Names.claimPart(job, prefix + ClaimState.MEMORY),
        Names.claimPart(job, prefix + ClaimState.DEVICE_STATE),
        offerFiles(exports));
  }

  /// What is to be pulled of a machine that has ended.
  Reply.OutputDisks outputs(ExportTable exports, List<Request.DiskOrder> orders)
      throws IOException {
    return new Reply.OutputDisks(disks.changedDisks(orders, ""), offerFiles(exports));
  }

  @FunctionalInterface
  private interface Disk {
    ChangedDevice open() throws IOException;
  }

  private void offerDisk(ExportTable exports, String device, String prefix, Disk disk) {
    CompletableFuture<Manifest> manifest =
        hashed(() -> {
          try (ChangedDevice content = disk.open()) {
            return disks.manifestOf(device, content);
          }
        });
    exports.offer(
        Names.owner(job),
        Names.claimPart(job, prefix + device),
        () ->
            Export.of(disks.withoutEqual(device, disk.open(), named(manifest)))
                .withBase(disks.baseId(device))
                .withManifest(manifest));
  }

  /// The names, if they are found soon: a guest that wrote little is through at once, and of one
  /// that wrote much the pull had better begin.
  private static Optional<Manifest> named(CompletableFuture<Manifest> manifest) throws IOException {
    try {
      return Optional.of(manifest.get(NAMES_PATIENCE.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException | ExecutionException e) {
      return Optional.empty(); // what failed is told to whoever asks for the names
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while a disk is hashed");
    }
  }

  void offerSaved(ExportTable exports, Path memory) {
    offerMemory(exports, "", memory, hashed(() -> manifestOf(memory)));
    exports.offer(
        Names.owner(job),
        Names.claimPart(job, ClaimState.DEVICE_STATE),
        () -> Export.of(state.deviceState()));
  }

  /// Nobody pulls what was frozen any more. Names that are not all found yet may be wrong: the file
  /// changes with the next checkpoint.
  void withdrawFrozen(ExportTable exports) {
    exports.withdraw(Names.claimPart(job, FROZEN));
    if (lastMemory != null && !lastMemory.isDone()) {
      lastMemory = null;
    }
  }

  private void offerFrozen(
      ExportTable exports, List<Request.DiskOrder> orders, FrozenState frozen) {
    for (Request.DiskOrder disk : orders) {
      offerDisk(exports, disk.device(), FROZEN, () -> disks.frozen(disk.device()));
    }
    Path memory = frozen.saved().memory();
    CompletableFuture<Manifest> before = lastMemory;
    lastMemory = hashed(() -> manifestOf(memory, before, frozen));
    offerMemory(exports, FROZEN, memory, lastMemory);
    exports.offer(
        Names.owner(job),
        Names.claimPart(job, FROZEN + ClaimState.DEVICE_STATE),
        () -> Export.of(ClaimState.device(frozen.saved().deviceState())));
  }

  private void offerMemory(
      ExportTable exports, String prefix, Path memory, CompletableFuture<Manifest> manifest) {
    exports.offer(
        Names.owner(job),
        Names.claimPart(job, prefix + ClaimState.MEMORY),
        () -> Export.of(RawFile.open(memory)).withManifest(manifest));
  }

  private Manifest manifestOf(Path memory, CompletableFuture<Manifest> before, FrozenState frozen)
      throws IOException {
    if (before == null || before.isCompletedExceptionally()) {
      return manifestOf(memory);
    }
    try (RawFile content = RawFile.open(memory)) {
      return Chunking.update(before.join(), content, frozen.changed());
    }
  }

  private Manifest manifestOf(Path memory) throws IOException {
    try (RawFile content = RawFile.open(memory)) {
      return Chunking.manifestOf(content, disks.chunkSizeBytes(), done -> {});
    }
  }

  @FunctionalInterface
  private interface Hashing {
    Manifest run() throws IOException;
  }

  private CompletableFuture<Manifest> hashed(Hashing hashed) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return hashed.run();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        hashing);
  }
}
