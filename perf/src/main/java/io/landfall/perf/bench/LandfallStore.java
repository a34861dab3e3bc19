package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order;
import io.landfall.perf.worker.Order.Changed;
import io.landfall.perf.worker.WorkerProcess;
import io.landfall.protocol.content.Compression;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/// Landfall's checkpoint store, in one process that lives through all rounds.
final class LandfallStore implements Contender {
  private static final String KNOWN = "next, known";

  private final WorkerProcess worker;
  private final Images images;
  private final String keyFile;

  private LandfallStore(WorkerProcess worker, Images images, String keyFile) {
    this.worker = worker;
    this.images = images;
    this.keyFile = keyFile;
  }

  static LandfallStore start(Rig rig, Images images) throws IOException {
    return new LandfallStore(WorkerProcess.start(rig), images, "");
  }

  /// One whose store is encrypted, with a key made here.
  static LandfallStore startEncrypted(Rig rig, Images images) throws IOException {
    Path key = images.directory().resolve("store.key");
    byte[] random = new byte[StoreKey.SIZE_BYTES];
    new SecureRandom().nextBytes(random);
    Files.createFile(
        key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.write(key, random);
    return new LandfallStore(WorkerProcess.start(rig), images, key.toString());
  }

  @Override
  public String name() {
    return keyFile.isEmpty() ? "landfall" : "landfall, encrypted";
  }

  @Override
  public String version() {
    return Versions.ofLandfall();
  }

  @Override
  public Optional<String> how(Job job) {
    return switch (job.name()) {
      case "first" -> Optional.of("open, ingest, commit durably, close");
      case "next" -> Optional.of("the same, parent known, no ranges");
      case KNOWN -> Optional.of("the same, with the changed ranges");
      case "verify" -> Optional.of("every byte: checksum, decode, hash; every tree; the index");
      case "restore" -> Optional.of("read every chunk verified, write, fsync");
      default -> Optional.empty();
    };
  }

  /// What is known to have changed is stored into a store of its own that has the first version.
  @Override
  public void prepare(Job job, Path work) throws IOException {
    if (job.name().equals(KNOWN)) {
      worker.tell(ingest(store(job, work), images.first(), Changed.UNKNOWN));
    }
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    Order.StoreAt store = store(job, work);
    return worker.tell(
        switch (job.name()) {
          case "first" -> ingest(store, images.first(), Changed.UNKNOWN);
          case "next" -> ingest(store, images.next(), Changed.UNKNOWN);
          case KNOWN -> ingest(store, images.next(), changed());
          case "verify" -> new Order.Verify(store);
          default -> new Order.Restore(store, result(job, work).toString());
        });
  }

  private static Order ingest(Order.StoreAt store, Path image, Changed changed) {
    return new Order.Ingest(store, CheckpointWriter.Kind.DISK, image.toString(), changed);
  }

  private Changed changed() {
    return new Changed(
        true,
        images.changes().stream().map(Range::offset).toList(),
        images.changes().stream().map(Range::length).toList());
  }

  private Order.StoreAt store(Job job, Path work) {
    Path directory = work.resolve(job.name().equals(KNOWN) ? "stores/known" : "stores/main");
    return new Order.StoreAt(directory.toString(), Compression.LZ4, keyFile);
  }

  @Override
  public Path result(Job job, Path work) {
    return work.resolve("restored.raw");
  }

  @Override
  public Optional<Path> repository(Path work) {
    return Optional.of(work.resolve("stores"));
  }

  @Override
  public void close() throws IOException {
    worker.close();
  }
}
