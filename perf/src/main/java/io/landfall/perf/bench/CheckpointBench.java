package io.landfall.perf.bench;

import io.landfall.perf.contest.Trees;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.checkpoint.Baseline;
import io.landfall.store.checkpoint.CheckpointDevice;
import io.landfall.store.checkpoint.CheckpointDraft;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.CheckpointWriter;
import io.landfall.store.checkpoint.JobKey;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkProgram;
import io.landfall.transfer.lifecycle.FrozenState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;

/// Checkpoints of a guest that runs on: how long it stands still, and how much is taken.
///
/// A QEMU of 256 MiB runs the work program; 200 MiB of its memory are filled, and 5 MiB are changed
/// between checkpoints, through the shared file that is its memory: what changes is under control,
/// and what finds and takes it is all as in an agent, but for the network.
public final class CheckpointBench {
  private static final long MIB = 1 << 20;
  private static final int PAGE = 4096;
  private static final int MEMORY_MIB = 256;
  private static final long FILLED_AT = 24 * MIB;
  private static final long FILLED = 200 * MIB;
  private static final long CHANGED = 5 * MIB;

  private final int rounds;
  private final Random random = new Random(11);

  /// A bench of so many checkpoints of each kind.
  public CheckpointBench(int rounds) {
    this.rounds = rounds;
  }

  /// One checkpoint.
  ///
  /// @param kind what changed before it
  /// @param pauseMillis how long the guest stood still
  /// @param totalMillis the whole verb, most of it beside the guest
  /// @param copiedBytes memory that differed from the last checkpoint, page by page
  /// @param takenBytes what a store takes of it, chunk by chunk
  /// @param addedBytes what the store grew by
  public record Row(
      String kind,
      long pauseMillis,
      long totalMillis,
      long copiedBytes,
      long takenBytes,
      long addedBytes) {}

  /// Runs it in a new directory below `parent`, which is deleted at the end; each row is told when
  /// it is there.
  public void run(Path parent, Consumer<Row> rows) throws IOException {
    Path directory = Files.createTempDirectory(parent, "");
    try (CheckpointStore store =
            CheckpointStore.open(directory.resolve("store"), StoreSettings.defaults());
        Vm vm = new QemuDriver(QemuSettings.defaults()).start(spec(directory));
        RawFile memory = RawFile.openWritable(directory.resolve("vm").resolve("memory"))) {
      vm.resume();
      change(memory, FILLED_AT, FILLED);
      CheckpointRecord last = row(rows, "first, 200 MiB used", vm, store, Optional.empty());
      for (int i = 0; i < rounds; i++) {
        change(memory, FILLED_AT + random.nextInt(190) * MIB, CHANGED);
        last = row(rows, "5 MiB changed in one run", vm, store, Optional.of(last));
      }
      for (int i = 0; i < rounds; i++) {
        for (int page = 0; page < CHANGED / PAGE; page++) {
          change(memory, FILLED_AT + random.nextInt((int) (FILLED / PAGE)) * (long) PAGE, PAGE);
        }
        last = row(rows, "5 MiB changed in pages all over", vm, store, Optional.of(last));
      }
      vm.kill();
    } finally {
      Trees.delete(directory);
    }
  }

  private static VmSpec spec(Path directory) throws IOException {
    Path image = directory.resolve("disk.raw");
    try (RawFile disk = RawFile.create(image, 16 * MIB)) {
      WorkProgram.install(disk, new WorkPlan(60_000, Duration.ofMillis(50)));
    }
    Path work = Files.createDirectory(directory.resolve("vm"));
    VmDrive drive = VmDrive.writable("vda", image, work.resolve("vda.qcow2"));
    return VmSpec.of("checkpoint bench", work, MEMORY_MIB, 1, List.of(drive));
  }

  private void change(RawFile memory, long at, long length) throws IOException {
    byte[] bytes = new byte[(int) Math.min(length, MIB)]; // an agent's heap is small
    for (long done = 0; done < length; done += bytes.length) {
      random.nextBytes(bytes);
      memory.write(at + done, ByteBuffer.wrap(bytes));
    }
  }

  private static CheckpointRecord row(
      Consumer<Row> rows,
      String kind,
      Vm vm,
      CheckpointStore store,
      Optional<CheckpointRecord> parent)
      throws IOException {
    long began = System.nanoTime();
    FrozenState frozen = vm.freeze();
    long total = System.nanoTime() - began;
    CheckpointRecord record = take(frozen, store, parent);
    vm.thaw();
    rows.accept(
        new Row(
            kind,
            frozen.pause().toMillis(),
            total / 1_000_000,
            frozen.changed().stream().mapToLong(Range::length).sum(),
            record.summary().readBytes(),
            record.summary().storedBytes()));
    return record;
  }

  private static CheckpointRecord take(
      FrozenState frozen, CheckpointStore store, Optional<CheckpointRecord> parent)
      throws IOException {
    Optional<CheckpointId> before = parent.map(CheckpointRecord::id);
    CheckpointDraft draft =
        new CheckpointDraft(new JobKey("bench", "bench", 1, 0), before, "bench", "{}");
    try (CheckpointWriter writer = store.begin(draft);
        RawFile memory = RawFile.open(frozen.saved().memory())) {
      Baseline baseline = Baseline.none();
      if (before.isPresent()) {
        try (CheckpointDevice device = store.openDevice(before.get(), "memory")) {
          baseline = new Baseline(device.manifest(), frozen.changed());
        }
      }
      writer.addDevice(
          CheckpointWriter.Kind.MEMORY, "memory", memory, baseline, Optional.empty(), done -> {});
      writer.addBlob("device-state", frozen.saved().deviceState());
      return writer.commit();
    }
  }
}
