package io.landfall.perf.micro;

import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.Chunks;
import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The name of an image from the names of its chunks.
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(java.util.concurrent.TimeUnit.SECONDS)
public class ManifestBench {

  /// Size of the image, half of whose chunks are zero.
  @Param({"2", "64"})
  public int gib;

  private Manifest manifest;

  /// Makes a manifest.
  @Setup
  public void makeManifest() {
    Manifest.Builder builder = Manifest.builder((long) gib << 30, Chunks.DEFAULT_SIZE_BYTES);
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    for (long i = 0; i < ((long) gib << 30) / Chunks.DEFAULT_SIZE_BYTES; i += 2) {
      builder.put(i, ChunkId.of(number.clear().putLong(i).flip()));
    }
    manifest = builder.build();
  }

  /// Changes one chunk and computes the id again.
  @Benchmark
  public ImageId rootAfterOneChange() {
    return manifest.toBuilder().put(1, manifest.chunk(0)).build().imageId();
  }
}
