package io.landfall.store.checkpoint;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Random;

/// Devices to store, and how tests talk to a store.
final class Contents {
  static final int CHUNK = 64 * 1024;
  static final JobKey JOB = new JobKey("submit.example", "alice", 12, 0);

  private Contents() {}

  static StoreSettings settings() {
    StoreSettings defaults = StoreSettings.defaults();
    return new StoreSettings(
        CHUNK, new io.landfall.store.index.IndexSettings(8 << 20), 4, defaults.files());
  }

  static CheckpointDraft draft(Optional<CheckpointId> parent) {
    return new CheckpointDraft(JOB, parent, "exec.example", "{\"memory\":512}");
  }

  /// Half random, a quarter that compresses, a quarter holes, chunk by chunk.
  static MemoryDevice device(long seed, int chunks) {
    MemoryDevice device = new MemoryDevice((long) chunks * CHUNK - 1000);
    Random random = new Random(seed);
    for (int i = 0; i < chunks; i++) {
      int kind = i % 4;
      byte[] bytes = new byte[i == chunks - 1 ? CHUNK - 1000 : CHUNK];
      random.nextBytes(bytes);
      if (kind == 2) {
        for (int at = 0; at < bytes.length; at++) {
          bytes[at] = (byte) (bytes[at] & 3);
        }
      }
      if (kind != 3) {
        device.write((long) i * CHUNK, ByteBuffer.wrap(bytes));
      }
    }
    return device;
  }

  static MemoryDevice copy(BlockDevice device) throws IOException {
    return MemoryDevice.of(bytes(device));
  }

  static byte[] bytes(BlockDevice device) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(device.sizeBytes()));
    device.read(0, all);
    return all.array();
  }

  static CheckpointRecord commit(
      CheckpointStore store, Optional<CheckpointId> parent, BlockDevice disk) throws IOException {
    try (CheckpointWriter writer = store.begin(draft(parent))) {
      writer.addDevice(
          CheckpointWriter.Kind.DISK, "vda", disk, Baseline.none(), Optional.empty(), n -> {});
      return writer.commit();
    }
  }
}
