package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageCacheTest {
  private static final long SIZE = 64L << 20;
  private static final long DATA = 8L << 20;

  @TempDir Path directory;
  private Wire wire;
  private ImageCache cache;
  private Path first;
  private Manifest firstManifest;

  @BeforeEach
  void start() throws IOException {
    wire = Wire.open();
    cache = ImageCache.open(directory.resolve("cache"));
    first = image("first.raw", 1);
    firstManifest = serve("first", first, true);
  }

  @AfterEach
  void stop() throws IOException {
    cache.close();
    wire.close();
  }

  private Path image(String name, long seed) throws IOException {
    Path path = directory.resolve(name);
    Images.sparse(path, SIZE, DATA, seed).close();
    return path;
  }

  private Manifest serve(String name, Path image, boolean hashed) throws IOException {
    Manifest manifest;
    try (RawFile file = RawFile.open(image)) {
      manifest = Images.manifestOf(file);
    }
    wire.serve(
        name,
        () -> {
          Export export = Export.of(RawFile.open(image)).withStamp(Export.stampOf(image));
          return hashed ? export.withManifest(CompletableFuture.completedFuture(manifest)) : export;
        });
    return manifest;
  }

  private ImageCache.Pinned land(String export) throws IOException {
    try (RemoteImage remote = RemoteImage.open(wire.peer(), export)) {
      return cache.land(remote, TransferListener.NONE);
    }
  }

  private static void assertSame(Path landed, Path source) throws IOException {
    try (RawFile a = RawFile.open(landed);
        RawFile b = RawFile.open(source)) {
      assertThat(Images.mismatch(a, b)).isEqualTo(-1);
    }
  }

  @Test
  void secondLandingOfAnImageMovesNothing() throws IOException {
    try (ImageCache.Pinned once = land("first");
        ImageCache.Pinned twice = land("first")) {
      assertThat(once.record().pulledBytes()).isGreaterThan(DATA / 2);
      assertThat(twice.record().wireBytes()).isZero();
      assertThat(twice.record().resumedBytes()).isEqualTo(SIZE);
      assertThat(twice.path()).isEqualTo(once.path());
      assertThat(twice.manifest().imageId()).isEqualTo(firstManifest.imageId());
      assertSame(twice.path(), first);
      assertThat(Files.isWritable(twice.path()) && !"root".equals(System.getProperty("user.name")))
          .isFalse();
    }
  }

  @Test
  void overItsLimitTheImageUsedLongestAgoGoesAndAPinnedOneStays() throws IOException {
    cache.close();
    cache = ImageCache.open(directory.resolve("cache"), new CacheLimits(2 * DATA, 0));
    List<ImageId> ids = new ArrayList<>();
    ImageCache.Pinned oldest = null;
    for (int i = 0; i < 5; i++) {
      Path image = image("limited" + i + ".raw", 100 + i);
      ids.add(serve("limited" + i, image, i != 3).imageId());
      ImageCache.Pinned pinned = land("limited" + i);
      if (i == 0) {
        oldest = pinned;
      } else {
        pinned.close();
      }
    }
    assertThat(cache.images()).contains(ids.get(0), ids.get(4)).doesNotContain(ids.get(1));
    assertThat(cache.images()).hasSizeLessThanOrEqualTo(3);
    oldest.close();
  }

  @Test
  void anImageThatNobodyHasHashedKeepsTheLimitToo() throws IOException {
    cache.close();
    cache = ImageCache.open(directory.resolve("cache"), new CacheLimits(DATA + DATA / 2, 0));
    land("first").close();
    ImageId id = serve("unnamed", image("unnamed.raw", 7), false).imageId();
    land("unnamed").close();
    assertThat(cache.images()).containsExactly(id);
  }

  @Test
  void landingThatWouldTouchTheReserveIsRefusedBeforeItBegins() throws IOException {
    cache.close();
    long all = Files.getFileStore(directory).getTotalSpace();
    cache = ImageCache.open(directory.resolve("cache"), new CacheLimits(0, all));
    assertThatThrownBy(() -> land("first"))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("make room and land again");
    assertThat(cache.images()).isEmpty();
  }

  @Test
  void imageWithoutManifestIsNamedByWhatLanded() throws IOException {
    serve("unhashed", first, false);
    try (ImageCache.Pinned pinned = land("unhashed")) {
      assertThat(pinned.manifest().imageId()).isEqualTo(firstManifest.imageId());
    }
    try (ImageCache.Pinned again = land("first")) {
      assertThat(again.record().wireBytes()).isZero();
    }
  }

  @Test
  void chunksOfAnotherImageAreCopiedAndNotPulled() throws IOException {
    land("first").close();
    Path second = directory.resolve("second.raw");
    Files.copy(first, second);
    try (RawFile changed = RawFile.openWritable(second)) {
      Images.fill(changed, 10 << 20, 4096, Images.random(7));
    }
    serve("second", second, true);
    try (ImageCache.Pinned pinned = land("second")) {
      assertThat(pinned.record().pulledBytes()).isBetween(4096L, 256L << 10);
      assertThat(pinned.record().seedBytes()).isGreaterThan(DATA / 2);
      assertSame(pinned.path(), second);
    }
  }

  @Test
  void seedThatIsNotWhatItsManifestSaysDoesNoHarm() throws IOException {
    Path lying;
    try (ImageCache.Pinned pinned = land("first")) {
      lying = pinned.path();
    }
    assertThat(lying.toFile().setWritable(true)).isTrue();
    try (RawFile file = RawFile.openWritable(lying)) {
      Images.fill(file, 0, 4096, Images.random(99));
    }
    Path second = directory.resolve("second.raw");
    Files.copy(first, second);
    try (RawFile changed = RawFile.openWritable(second)) {
      Images.fill(changed, 10 << 20, 4096, Images.random(7));
    }
    serve("second", second, true);
    try (ImageCache.Pinned pinned = land("second")) {
      assertSame(pinned.path(), second);
    }
  }

  @Test
  void pinnedImageIsNotRemoved() throws IOException {
    ImageId id = firstManifest.imageId();
    try (ImageCache.Pinned pinned = land("first")) {
      try (ImageCache.Pinned second = cache.pin(id)) {
        assertThat(second.path()).isEqualTo(pinned.path());
        assertThat(cache.remove(id)).isFalse();
      }
      assertThat(cache.remove(id)).isFalse();
    }
    assertThat(cache.remove(id)).isTrue();
    assertThat(cache.holds(id)).isFalse();
    assertThatThrownBy(() -> cache.pin(id)).isInstanceOf(LandingException.class);
  }

  @Test
  void anotherOwnerIsRefusedAndReopeningFindsTheImages() throws IOException {
    land("first").close();
    assertThatThrownBy(() -> ImageCache.open(directory.resolve("cache")))
        .isInstanceOf(LandingException.class)
        .hasMessageContaining("another process");
    cache.close();
    cache = ImageCache.open(directory.resolve("cache"));
    assertThat(cache.images()).containsExactly(firstManifest.imageId());
  }
}
