package io.landfall.store.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.testing.Contents;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CheckpointCommandTest {
  @TempDir Path spool;
  private CheckpointRecord parent;
  private CheckpointRecord child;
  private byte[] disk;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void twoCheckpoints() throws IOException {
    MemoryDevice device = Contents.device(3, 16);
    try (CheckpointStore store =
        CheckpointStore.open(spool.resolve("landfall"), Contents.settings())) {
      parent = Contents.commit(store, Optional.empty(), device);
      device.write(100, ByteBuffer.wrap(new byte[] {7}));
      child = Contents.commit(store, Optional.of(parent.id()), device);
    }
    disk = Contents.bytes(device);
  }

  private int run(String... args) {
    out.getBuffer().setLength(0);
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--spool");
    all.add(spool.toString());
    return new CommandLine(new CheckpointCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private JsonNode json(String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--json");
    assertThat(run(all.toArray(String[]::new))).isZero();
    return JsonMapper.shared().readTree(out.toString());
  }

  @Test
  void listNamesEveryCheckpointOldestFirst() {
    assertThat(run("list")).isZero();
    assertThat(out.toString())
        .containsSubsequence(parent.id().text(), child.id().text())
        .contains("alice/12.0@submit.example");
    JsonNode all = json("list", "12.0");
    assertThat(all.size()).isEqualTo(2);
    assertThat(all.get(1).get("parent").asString()).isEqualTo(parent.id().text());
    assertThat(all.get(1).get("devices").get(0).get("storedBytes").asLong())
        .isBetween(4096L, 5000L);
  }

  @Test
  void anIdMayBeShortenedToAStartThatOnlyItHas() {
    String text = child.id().text();
    int length = 1;
    while (parent.id().text().startsWith(text.substring(0, length))) {
      length++;
    }
    assertThat(run("show", text.substring(0, length).toLowerCase(java.util.Locale.ROOT))).isZero();
    assertThat(out.toString()).contains(text).contains("vda").contains("{\"memory\":512}");
    assertThat(run("show", text.substring(0, length - 1))).isEqualTo(StoreCommand.USAGE);
    assertThat(err.toString()).contains("is the start of 2 ids");
    assertThat(run("show", "7ZZZZ")).isEqualTo(StoreCommand.NOT_FOUND);
  }

  @Test
  void treeDrawsLineageAndWhatEachTakes() {
    assertThat(run("tree", "alice/12.0")).isZero();
    assertThat(out.toString()).contains("└─ " + parent.id()).contains("   └─ " + child.id());
    JsonNode tree = json("tree");
    assertThat(tree.get(1).get("uniqueBytes").asLong()).isBetween(4096L, 6000L);
    assertThat(tree.get(1).get("sharedBytes").asLong()).isGreaterThan(500_000L);
  }

  @Test
  void restoreWritesWhatWasStoredWithItsHoles() throws IOException {
    Path target = spool.resolve("restored");
    assertThat(run("restore", child.id().text(), target.toString())).isZero();
    assertThat(Files.readAllBytes(target.resolve("vda.raw"))).isEqualTo(disk);
    assertThat(target.resolve(child.id() + ".json")).hasContent("{\"memory\":512}");
    assertThat(run("restore", child.id().text(), target.toString())).isEqualTo(StoreCommand.FAILED);
    assertThat(run("restore", child.id().text(), target.toString(), "--device", "vdb"))
        .isEqualTo(StoreCommand.NOT_FOUND);
  }

  @Test
  void aDiskIsRestoredAsQcow2() throws IOException {
    Path target = spool.resolve("restored");
    assertThat(run("restore", child.id().text(), target.toString(), "--format", "qcow2")).isZero();
    try (BlockDevice read = ImageFormat.QCOW2.open(target.resolve("vda.qcow2"))) {
      byte[] whole = Contents.bytes(read);
      assertThat(java.util.Arrays.copyOf(whole, disk.length)).isEqualTo(disk);
    }
  }

  @Test
  void verifyExitsWithThreeOnDamageAndNamesIt() throws IOException {
    assertThat(run("verify")).isZero();
    assertThat(out.toString()).contains("clean");
    Path pack = spool.resolve("landfall/packs/000000/0000000000000000.pack");
    try (RandomAccessFile file = new RandomAccessFile(pack.toFile(), "rw")) {
      file.seek(200);
      file.write(file.read() ^ 1);
    }
    assertThat(run("verify")).isEqualTo(StoreCommand.DAMAGE);
    assertThat(out.toString()).contains("job alice/12.0@submit.example").contains("vda: bytes");
  }

  @Test
  void diffShowsWhereTwoDiffer() {
    JsonNode diff = json("diff", parent.id().text(), child.id().text()).get(0);
    assertThat(diff.get("changedBytes").asLong()).isEqualTo(Contents.CHUNK);
    assertThat(diff.get("changed").get(0).get("offset").asLong()).isZero();
    assertThat(diff.get("map").asString()).startsWith("####========....====");
    assertThat(run("diff", parent.id().text(), parent.id().text())).isZero();
    assertThat(out.toString()).contains("0 B in 0 ranges");
  }

  @Test
  void pruneAndDeleteThenCollectLeaveWhatIsKept() throws IOException {
    assertThat(run("prune", "--plan")).isZero();
    assertThat(out.toString()).contains("would delete " + parent.id());
    assertThat(json("list").size()).isEqualTo(2);
    assertThat(json("prune", "--keep-last", "1").size()).isEqualTo(1);
    assertThat(run("gc", "--plan")).isZero();
    assertThat(out.toString()).contains("plan: of");
    assertThat(json("gc").get("result").get("skippedPacks").asInt()).isZero();
    assertThat(run("restore", child.id().text(), spool.resolve("r").toString())).isZero();
    assertThat(Files.readAllBytes(spool.resolve("r").resolve("vda.raw"))).isEqualTo(disk);
    assertThat(run("delete", child.id().text())).isZero();
    assertThat(json("list").size()).isZero();
    assertThat(run("verify")).isZero();
  }

  @Test
  void anExportIsTakenInElsewhereAndWhatIsThereNeedNotTravel() throws IOException {
    Path first = spool.resolve("first.tar");
    Path rest = spool.resolve("rest.tar");
    Path have = Files.writeString(spool.resolve("have"), parent.id() + "\n");
    assertThat(run("export", parent.id().text(), first.toString())).isZero();
    assertThat(run("export", child.id().text(), rest.toString(), "--have", have.toString()))
        .isZero();
    assertThat(Files.size(rest)).isLessThan(Files.size(first) / 10);
    assertThat(run("export", child.id().text(), rest.toString())).isEqualTo(StoreCommand.FAILED);
    Path here = spool;
    spool = Files.createDirectory(spool.resolve("there"));
    CheckpointStore.open(spool.resolve("landfall"), Contents.settings()).close();
    assertThat(run("import", rest.toString())).isEqualTo(StoreCommand.DAMAGE);
    assertThat(err.toString()).contains("neither in the import nor in this store");
    assertThat(json("import", first.toString()).get("added").size()).isEqualTo(1);
    assertThat(json("import", rest.toString()).get("added").size()).isEqualTo(1);
    assertThat(run("restore", child.id().text(), spool.resolve("r").toString())).isZero();
    assertThat(Files.readAllBytes(spool.resolve("r").resolve("vda.raw"))).isEqualTo(disk);
    Path there = spool;
    spool = here;
    Path nothing = spool.resolve("nothing.tar");
    assertThat(
            run("export", child.id().text(), nothing.toString(), "--lacking-in", there.toString()))
        .isZero();
    assertThat(out.toString()).contains("0 chunks");
  }

  @Test
  void filesOfADiskAreListed() throws IOException {
    byte[] floppy;
    try (InputStream packed =
        new GZIPInputStream(
            Files.newInputStream(Path.of("src/test/resources/files/fat12.img.gz")))) {
      floppy = packed.readAllBytes();
    }
    MemoryDevice device = new MemoryDevice(floppy.length);
    device.write(0, ByteBuffer.wrap(floppy));
    CheckpointRecord record;
    try (CheckpointStore store =
        CheckpointStore.open(spool.resolve("landfall"), Contents.settings())) {
      record = Contents.commit(store, Optional.empty(), device);
    }
    assertThat(run("files", record.id().text())).isZero();
    assertThat(out.toString())
        .contains("vda  FAT12")
        .containsPattern(" 70000  .*  /dir/BIG.DAT")
        .contains("/a long name of a file.txt");
    JsonNode volume = json("files", record.id().text(), "--device", "vda").get(0);
    assertThat(volume.get("fileSystem").asString()).isEqualTo("FAT12");
    assertThat(volume.get("partition").asInt()).isZero();
    assertThat(volume.get("files").size()).isEqualTo(3);
    assertThat(run("files", record.id().text(), "--max-files", "1")).isZero();
    assertThat(out.toString()).contains("the list ends here: more than 1 files");
    assertThat(run("files", record.id().text(), "--device", "vdb"))
        .isEqualTo(StoreCommand.NOT_FOUND);
    assertThat(run("files", child.id().text())).isZero();
    assertThat(out.toString()).contains("vda  unknown");
  }

  @Test
  void statsAddUp() {
    JsonNode stats = json("stats");
    assertThat(stats.get("checkpoints").asInt()).isEqualTo(2);
    assertThat(stats.get("logicalBytes").asLong()).isEqualTo(2L * disk.length);
    assertThat(stats.get("packBytes").asLong())
        .isEqualTo(stats.get("storedBytes").asLong() + stats.get("wastedBytes").asLong());
  }

  @Test
  void anIndexMadeAgainGivesTheSameAnswers() throws IOException {
    assertThat(run("rebuild-index")).isZero();
    assertThat(run("verify")).isZero();
    assertThat(out.toString()).contains("index compared");
    try (CheckpointStore store =
        CheckpointStore.open(spool.resolve("landfall"), Contents.settings())) {
      assertThat(Contents.bytes(store.openDevice(child.id(), "vda"))).isEqualTo(disk);
    }
  }

  @Test
  void whatTheDaemonHoldsCannotBeRebuilt() throws IOException {
    try (CheckpointStore store =
        CheckpointStore.open(spool.resolve("landfall"), Contents.settings())) {
      assertThat(store.isHeld()).isTrue();
      assertThat(run("rebuild-index")).isEqualTo(StoreCommand.HELD);
      assertThat(run("list")).isZero();
      assertThat(run("verify")).isZero();
    }
  }

  @Test
  void anEncryptedStoreIsMadeAndNeedsItsKey() throws IOException {
    spool = Files.createDirectory(spool.resolve("other"));
    String key = spool.resolve("store.key").toString();
    assertThat(run("init", "--encrypt")).isEqualTo(StoreCommand.USAGE);
    assertThat(run("init", "--encrypt", "--key-file", key)).isZero();
    assertThat(out.toString()).contains("encrypted");
    assertThat(run("init", "--encrypt", "--key-file", key)).isEqualTo(StoreCommand.FAILED);
    assertThat(run("list", "--key-file", key)).isZero();
    assertThat(run("verify")).isZero();
    assertThat(out.toString()).contains("checksums only");
    assertThat(run("list")).isEqualTo(StoreCommand.FAILED);
    assertThat(err.toString()).contains("the store is encrypted; give its key with --key-file");
    Path another = spool.resolve("another.key");
    io.landfall.store.seal.StoreKey.create(another);
    assertThat(run("gc", "--key-file", another.toString())).isEqualTo(StoreCommand.FAILED);
    assertThat(err.toString()).contains("was made with another key than the one given");
  }

  @Test
  void aStoreThatIsNotThereIsNotFound() {
    spool = spool.resolve("elsewhere");
    assertThat(run("list")).isEqualTo(StoreCommand.NOT_FOUND);
  }
}
