package io.landfall.store.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.store.testing.Mounts;
import io.landfall.store.testing.WarmChildren;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A real power cut, as far as software can make one: a file system on a loop device is shut down
/// under a writer without its journal being flushed, and mounted again. Everything acknowledged
/// before restores byte for byte, RocksDB's own files included.
///
/// Ten rounds on each file system, every third on an encrypted store beside the plain one;
/// `-Dpowercut.rounds=100` for more. Needs root.
class PowerCutIT {
  private static final int ROUNDS = Integer.getInteger("powercut.rounds", 10);
  private static final long IMAGE_BYTES = 384L << 20;

  @TempDir private Path temporary;

  @Test
  void whatWasAcknowledgedSurvivesOnExt4() throws Exception {
    Mounts.require("mount", "umount", "mkfs.ext4");
    cutAndCheck("mkfs.ext4", "-q", "-F");
  }

  @Test
  void whatWasAcknowledgedSurvivesOnXfs() throws Exception {
    Mounts.require("mount", "umount", "mkfs.xfs");
    cutAndCheck("mkfs.xfs", "-q", "-f");
  }

  private void cutAndCheck(String... mkfs) throws Exception {
    Path image = temporary.resolve("disk.img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(IMAGE_BYTES);
    }
    String[] command = java.util.Arrays.copyOf(mkfs, mkfs.length + 1);
    command[mkfs.length] = image.toString();
    Mounts.run(command);
    Path mount = Files.createDirectory(temporary.resolve("mount"));
    Map<String, Map<String, String>> acknowledged = new TreeMap<>();
    Random random = new Random(7);
    try (WarmChildren children = new WarmChildren(temporary.resolve("lib"))) {
      for (int round = 0; round < ROUNDS; round++) {
        String name = round % 3 == 2 ? "encrypted" : "landfall";
        mount(image, mount);
        try {
          acknowledged
              .computeIfAbsent(name, _ -> new HashMap<>())
              .putAll(workUntilCut(children, mount.resolve(name), mount, random));
        } finally {
          Mounts.unmountImage(mount, image);
        }
        mount(image, mount);
        try {
          for (Map.Entry<String, Map<String, String>> store : acknowledged.entrySet()) {
            StoreCrashIT.assertWhole(
                mount.resolve(store.getKey()),
                store.getValue(),
                mkfs[0] + ", round " + round + ", " + store.getKey());
          }
        } finally {
          Mounts.unmountImage(mount, image);
        }
      }
    }
    int all = acknowledged.values().stream().mapToInt(Map::size).sum();
    assertThat(all).isGreaterThan(ROUNDS);
    System.out.printf("%s: %d cuts, %d acknowledged%n", mkfs[0], ROUNDS, all);
  }

  private static void mount(Path image, Path mount) throws IOException, InterruptedException {
    Mounts.run("mount", "-o", "loop", image.toString(), mount.toString());
  }

  /// What was acknowledged before the cut began; what is said during it may or may not be true.
  private static Map<String, String> workUntilCut(
      WarmChildren children, Path store, Path mount, Random random) throws Exception {
    int enough = 2 + random.nextInt(6);
    List<String> lines = new CopyOnWriteArrayList<>();
    CountDownLatch said = new CountDownLatch(enough);
    Process child = children.start(store, random.nextLong(1000), 20);
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              try (BufferedReader out = child.inputReader(StandardCharsets.UTF_8)) {
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                  lines.add(line);
                  said.countDown();
                }
              } catch (IOException e) {
                lines.addAll(Collections.emptyList()); // the child is gone
              }
            });
    assertThat(said.await(2, TimeUnit.MINUTES)).isTrue();
    Thread.sleep(random.nextInt(60)); // the random moment
    List<String> before = List.copyOf(lines);
    Mounts.cutPower(mount);
    child.toHandle().destroyForcibly();
    child.waitFor();
    reader.join();
    Map<String, String> acknowledged = new HashMap<>();
    for (String line : before) {
      String[] words = line.split(" ", -1);
      if (words.length == 2) {
        acknowledged.put(words[0], words[1]);
      }
    }
    return acknowledged;
  }
}
