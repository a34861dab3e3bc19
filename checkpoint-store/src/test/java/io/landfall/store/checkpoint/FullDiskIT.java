package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.io.StoreFullException;
import io.landfall.store.testing.Contents;
import io.landfall.store.testing.Mounts;
import io.landfall.store.verify.Verifier;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A disk that is really full: a tmpfs of 48 MiB. Needs root.
class FullDiskIT {
  @TempDir private Path temporary;
  private Path mount;

  @BeforeEach
  void mountSmallDisk() throws Exception {
    Mounts.require("mount", "umount");
    mount = Files.createDirectory(temporary.resolve("small"));
    Mounts.run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", mount.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    if (mount != null) {
      Mounts.run("umount", mount.toString());
    }
  }

  @Test
  void aFullDiskIsSaidClearlyAndLosesNothing() throws IOException {
    Path ballast = Files.write(mount.resolve("ballast"), new byte[20 << 20]);
    Path directory = mount.resolve("landfall");
    MemoryDevice small = Contents.device(1, 40);
    MemoryDevice large = Contents.device(2, 600); // 37 MiB, 20 of which are new and random
    CheckpointRecord first;
    try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
      first = Contents.commit(store, Optional.empty(), small);
      assertThatThrownBy(() -> Contents.commit(store, Optional.empty(), large))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("no room left");
      assertThat(store.list()).containsExactly(first);
      assertThat(Contents.bytes(store.openDevice(first.id(), "vda")))
          .isEqualTo(Contents.bytes(small));
      Files.delete(ballast);
      CheckpointRecord second = Contents.commit(store, Optional.empty(), large);
      assertThat(Contents.bytes(store.openDevice(second.id(), "vda")))
          .isEqualTo(Contents.bytes(large));
    }
    assertThat(Verifier.verify(directory, n -> {}).findings()).isEmpty();
  }
}
