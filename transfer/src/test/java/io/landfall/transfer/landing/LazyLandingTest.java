package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.Range;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyLandingTest {
  private static final long SIZE = 48L << 20;
  private static final int BLOCK = BootProfile.BLOCK_BYTES;

  @TempDir private Path dir;
  private RawFile image;
  private Manifest manifest;
  private Wire wire;
  private Path target;
  private final Queue<Range> readBySource = new ConcurrentLinkedQueue<>();
  private volatile long lieAt = -1;

  @BeforeEach
  void serve() throws IOException {
    image = Images.sparse(dir.resolve("image"), SIZE, 16L << 20, 7);
    manifest = Images.manifestOf(image);
    target = dir.resolve("landed.raw");
    wire = Wire.open();
    wire.serve(
        "image",
        () -> Export.of(new Watched()).withManifest(CompletableFuture.completedFuture(manifest)));
  }

  @AfterEach
  void close() throws IOException {
    wire.close();
    image.close();
  }

  private RemoteImage remote() throws IOException {
    return RemoteImage.open(wire.peer(), "image");
  }

  private LazyLanding begin(RemoteImage remote, BootProfile profile) throws IOException {
    return LazyLanding.begin(
        remote,
        target,
        profile,
        ranges -> {
          throw new AssertionError("differs: " + ranges);
        });
  }

  private void land(LazyLanding landing) throws Exception {
    landing.fill();
    assertThat(landing.landed().get(60, TimeUnit.SECONDS).imageId()).isEqualTo(manifest.imageId());
    assertThat(Images.mismatch(landing.device(), image)).isEqualTo(-1);
    try (RawFile file = RawFile.open(target)) {
      assertThat(Images.mismatch(file, image)).isEqualTo(-1);
    }
    assertThat(PartFile.pathFor(target)).doesNotExist();
    assertThat(PartFile.journalFor(target)).doesNotExist();
  }

  @Test
  void isReadBeforeItHasArrivedAndPullsOnlyWhatIsRead() throws Exception {
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      assertThat(Images.read(landing.device(), 10, 100)).isEqualTo(Images.read(image, 10, 100));
      assertThat(landing.pulledBytes()).isBetween(1L, (long) BLOCK);
      long before = landing.pulledBytes();
      assertThat(Images.read(landing.device(), 50, 100)).isEqualTo(Images.read(image, 50, 100));
      assertThat(landing.pulledBytes()).isEqualTo(before);
      assertThat(target).doesNotExist();
      land(landing);
      assertThat(landing.missingBytes()).isZero();
    }
  }

  @Test
  void readersAndTheFillMeetWithoutPullingAByteTwice() throws Exception {
    long dataBytes = Images.dataOf(image).stream().mapToLong(Range::length).sum();
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      landing.fill();
      List<Thread> readers = new ArrayList<>();
      Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
      for (int i = 0; i < 4; i++) {
        int reader = i;
        readers.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    for (int n = 0; n < 200; n++) {
                      long at = (n * 7919L + reader * 1000L) * 4096 % (SIZE - 9000);
                      assertThat(Images.read(landing.device(), at, 9000))
                          .isEqualTo(Images.read(image, at, 9000));
                    }
                  } catch (Throwable e) {
                    failures.add(e);
                  }
                }));
      }
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(failures).isEmpty();
      land(landing);
      assertThat(landing.pulledBytes()).isLessThanOrEqualTo(dataBytes + (4 << 20));
    }
  }

  @Test
  void theProfileOfOneGuestIsBroughtFirstForTheNext() throws Exception {
    BootProfile profile;
    List<Range> data = Images.dataOf(image);
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      Images.read(landing.device(), data.getLast().offset(), 1);
      Images.read(landing.device(), data.get(data.size() / 2).offset(), 1);
      profile = BootProfile.parse(landing.profile().toText());
    }
    assertThat(profile.ranges().getFirst().offset())
        .isEqualTo(data.getLast().offset() / BLOCK * BLOCK);
    assertThat(profile.ranges()).hasSize(2);
    Files.delete(PartFile.pathFor(target));
    Files.delete(PartFile.journalFor(target));
    readBySource.clear();
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, profile)) {
      land(landing);
    }
    assertThat(profile.ranges().getFirst().overlaps(readBySource.peek())).isTrue();
  }

  @Test
  void brokenOffItGoesOnFromWhatIsDurable() throws Exception {
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      Images.read(landing.device(), 0, 4 << 20);
    }
    assertThat(target).doesNotExist();
    readBySource.clear();
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      assertThat(Images.read(landing.device(), 0, 4 << 20))
          .isEqualTo(Images.read(image, 0, 4 << 20));
      assertThat(landing.pulledBytes()).isZero();
      land(landing);
    }
    assertThat(readBySource).noneMatch(range -> range.offset() < (4 << 20) - BLOCK);
  }

  @Test
  void readersWaitForASourceWhichMustBeOfTheSameImage() throws Exception {
    try (LazyLanding landing =
        LazyLanding.begin(manifest, target, BootProfile.EMPTY, ranges -> {}, true)) {
      CompletableFuture<ByteBuffer> read =
          CompletableFuture.supplyAsync(() -> {
            try {
              return Images.read(landing.device(), 0, 100);
            } catch (IOException e) {
              throw new java.io.UncheckedIOException(e);
            }
          });
      try (RawFile other = Images.sparse(dir.resolve("other"), SIZE, 16L << 20, 8)) {
        wire.serve(
            "other",
            () ->
                Export.of(RawFile.open(dir.resolve("other")))
                    .withManifest(CompletableFuture.completedFuture(Images.manifestOf(other))));
        assertThatThrownBy(() -> landing.from(RemoteImage.open(wire.peer(), "other")))
            .hasMessageContaining("is image ");
      }
      assertThat(read).isNotDone();
      landing.from(remote());
      assertThat(read.get(60, TimeUnit.SECONDS)).isEqualTo(Images.read(image, 0, 100));
      assertThat(landing.demandedBytes()).isEqualTo(landing.pulledBytes());
      land(landing);
    }
  }

  @Test
  void twoJobsShareOneLandingAndOneInFullWaitsForIt() throws Exception {
    try (ImageCache cache = ImageCache.open(dir.resolve("cache"))) {
      ArrivingImage first = cache.arrive(remote(), BootProfile.EMPTY).orElseThrow();
      ArrivingImage second = cache.arriveAgain(manifest.imageId());
      assertThat(second.landing()).isSameAs(first.landing());
      first.close();
      try (RemoteImage remote = remote();
          ImageCache.Pinned full = cache.land(remote, progress -> {})) {
        assertThat(full.path()).isEqualTo(second.path()).exists();
        assertThat(cache.images()).containsExactly(manifest.imageId());
      }
      second.close();
      assertThat(cache.arrive(remote(), BootProfile.EMPTY)).isEmpty();
      assertThatThrownBy(() -> cache.arriveAgain(Images.manifestOf(blank()).imageId()))
          .hasMessageContaining("not in the cache");
    }
  }

  private RawFile blank() throws IOException {
    return RawFile.create(dir.resolve("blank"), SIZE);
  }

  @Test
  void aDifferenceIsToldAndPulledAgain() throws Exception {
    lieAt = 0;
    List<Range> told = new ArrayList<>();
    try (RemoteImage remote = remote();
        LazyLanding landing = LazyLanding.begin(remote, target, BootProfile.EMPTY, told::addAll)) {
      assertThat(Images.read(landing.device(), 0, 10)).isNotEqualTo(Images.read(image, 0, 10));
      land(landing);
    }
    assertThat(told).hasSize(1).allMatch(range -> range.offset() == 0);
  }

  @Test
  void whatNobodyHasReadIsPutRightWithoutAWord() throws Exception {
    Range last = Images.dataOf(image).getLast();
    lieAt = last.offset();
    try (RemoteImage remote = remote();
        LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
      assertThat(Images.read(landing.device(), 0, 10)).isEqualTo(Images.read(image, 0, 10));
      landing.fill();
      landing.landed().get(60, TimeUnit.SECONDS);
      assertThat(lieAt).as("was told a lie").isEqualTo(-1);
      land(landing);
    }
  }

  /// An agent before this one may have shown the wrong bytes to its guest.
  @Test
  void aDifferenceIsToldIfItCannotBeKnownWhatWasRead() throws Exception {
    lieAt = Images.dataOf(image).getLast().offset();
    List<Range> told = new ArrayList<>();
    try (LazyLanding landing =
        LazyLanding.begin(manifest, target, BootProfile.EMPTY, told::addAll, false)) {
      landing.from(remote());
      land(landing);
    }
    assertThat(told).isNotEmpty();
  }

  /// Who is there already is read on, who is missing is an error to its reader, and with room again
  /// the rest comes.
  @Test
  void aFullDiskStopsTheFillUntilThereIsRoom() throws Exception {
    Tools.need("mount");
    assumeTrue(Tools.isRoot(), "mounting needs root");
    Path small = Files.createDirectory(dir.resolve("small"));
    Tools.run("mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", small.toString());
    try {
      Path ballast = Files.write(small.resolve("ballast"), new byte[12 << 20]);
      target = small.resolve("landed.raw");
      long last = Images.dataOf(image).getLast().offset();
      try (RemoteImage remote = remote();
          LazyLanding landing = begin(remote, BootProfile.EMPTY)) {
        assertThat(Images.read(landing.device(), 0, 10)).isEqualTo(Images.read(image, 0, 10));
        landing.fill();
        while (small.toFile().getUsableSpace() > 0) {
          TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThatThrownBy(() -> Images.read(landing.device(), last, 10))
            .isInstanceOf(IOException.class)
            .hasMessageContaining("No space left");
        assertThat(Images.read(landing.device(), 0, 10)).isEqualTo(Images.read(image, 0, 10));
        assertThat(landing.landed()).isNotDone();
        Files.delete(ballast);
        land(landing);
      }
    } finally {
      Tools.run("umount", "--lazy", small.toString());
    }
  }

  @Test
  void aProfileFromElsewhereIsBounded() {
    assertThatThrownBy(() -> BootProfile.parse("something")).hasMessageContaining("first line");
    assertThatThrownBy(() -> BootProfile.parse("landfall-boot-profile 1\n-1 2\n"))
        .hasMessageContaining("line 2");
    assertThatThrownBy(() -> BootProfile.parse("landfall-boot-profile 1\n0 65000\n0 65000\n"))
        .hasMessageContaining("line 3");
    assertThatThrownBy(() -> BootProfile.parse("landfall-boot-profile 1\n9999999999 1\n"))
        .hasMessageContaining("block 4294967296");
  }

  /// The image, noting what is read of it, and lying once if told to.
  private final class Watched implements BlockDevice {
    private final RawFile file = RawFile.open(dir.resolve("image"));

    Watched() throws IOException {}

    @Override
    public long sizeBytes() {
      return file.sizeBytes();
    }

    @Override
    public void read(long offset, ByteBuffer bytes) throws IOException {
      readBySource.add(new Range(offset, bytes.remaining()));
      int start = bytes.position();
      file.read(offset, bytes);
      long lie = lieAt;
      if (lie >= offset && lie < offset + bytes.position() - start) {
        int at = start + (int) (lie - offset);
        bytes.put(at, (byte) ~bytes.get(at));
        lieAt = -1;
      }
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) throws IOException {
      return file.extents(offset, length, limit);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
