package io.landfall.transfer.doctor;

import com.github.luben.zstd.Zstd;
import com.sun.management.HotSpotDiagnosticMXBean;
import io.netty.channel.epoll.Epoll;
import io.netty.handler.ssl.OpenSsl;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.function.Consumer;
import net.jpountz.lz4.LZ4Factory;
import org.rocksdb.RocksDB;

/// The Java runtime and the native libraries that it loads.
final class RuntimeCheck implements Check {
  private static final int JAVA = 25;
  private static final long BUFFERS = 512L << 20;

  @Override
  public String group() {
    return "runtime";
  }

  @Override
  public void run(Consumer<Finding> findings) {
    findings.accept(java());
    findings.accept(buffers());
    findings.accept(library("RocksDB", RocksDB::loadLibrary, "no checkpoint can be stored"));
    findings.accept(
        library(
            "Zstandard",
            () -> Zstd.compress(new byte[1]),
            "nothing compressed with zstd can be read or written"));
    findings.accept(library("LZ4", LZ4Factory::nativeInstance, "LZ4 is several times slower"));
    findings.accept(
        Epoll.isAvailable()
            ? Finding.good("epoll", "Netty's native transport loads")
            : Finding.costs(
                "epoll",
                "Netty's native transport does not load: " + reason(Epoll.unavailabilityCause()),
                "transfers take more processor time; systemd is not told when the agent is ready",
                "mount /tmp without noexec, or set -Dio.netty.native.workdir=DIR"));
    findings.accept(
        OpenSsl.isAvailable()
            ? Finding.good("TLS", "native: " + OpenSsl.versionString())
            : Finding.costs(
                "TLS",
                "the JDK's; the native one does not load: " + reason(OpenSsl.unavailabilityCause()),
                "encrypted transfers are several times slower",
                "mount /tmp without noexec, or set -Dio.netty.native.workdir=DIR"));
  }

  private static Finding java() {
    String found = Runtime.version() + ", " + System.getProperty("java.vm.name");
    return Runtime.version().feature() >= JAVA
        ? Finding.good("Java", found)
        : Finding.broken(
            "Java", found, "Landfall needs Java " + JAVA, "use the package, which brings its own");
  }

  /// What buffers outside of the heap may take; the network and the disks live off it.
  private static Finding buffers() {
    long netty = PlatformDependent.maxDirectMemory();
    long jdk = Long.parseLong(option("MaxDirectMemorySize").orElse("0"));
    long bytes = jdk > 0 ? Math.min(jdk, netty) : netty;
    String found = Figure.bytes(bytes) + " for buffers outside of the heap";
    return bytes >= BUFFERS
        ? Finding.good("direct memory", found)
        : Finding.costs(
            "direct memory",
            found,
            "an agent with many transfers at once runs out of it",
            "LANDFALL_JAVA_OPTS=-XX:MaxDirectMemorySize=512m");
  }

  private static Optional<String> option(String name) {
    try {
      return Optional.of(
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption(name)
              .getValue());
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Finding library(String name, Runnable load, String costs) {
    try {
      load.run();
      return Finding.good(name, "its native library loads");
    } catch (RuntimeException | LinkageError e) {
      return Finding.broken(
          name,
          "its native library does not load: " + e.getMessage(),
          costs,
          "mount /tmp without noexec, or set java.io.tmpdir elsewhere with LANDFALL_JAVA_OPTS");
    }
  }

  private static String reason(Throwable cause) {
    return cause == null ? "it is switched off" : String.valueOf(cause.getMessage());
  }
}
