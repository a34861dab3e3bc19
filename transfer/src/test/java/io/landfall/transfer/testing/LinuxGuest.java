package io.landfall.transfer.testing;

import io.landfall.snapshot.device.RawFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/// A disk with a real Linux: a boot sector and SYSLINUX on a FAT partition, Debian's kernel with
/// busybox as its only program, an ext4 partition for data. What it runs is a shell script.
///
/// The kernel is Debian's package, unpacked and not installed.
public final class LinuxGuest {
  /// Where the ext4 partition begins, in bytes; it takes [#DATA_BYTES].
  public static final long DATA_OFFSET = 49L << 20;

  public static final long DATA_BYTES = 64L << 20;
  private static final long BOOT_OFFSET = 1 << 20;
  private static final int SECTOR = 512;
  private static final Path MASTER_BOOT_RECORD = Path.of("/usr/lib/syslinux/mbr/mbr.bin");
  private static final List<String> MODULES =
      List.of(
          "virtio_ring",
          "virtio",
          "virtio_pci_modern_dev",
          "virtio_pci_legacy_dev",
          "virtio_pci",
          "virtio_blk",
          "crc32c-intel");
  private static final String PREPARE =
      """
      #!/bin/busybox sh
      /bin/busybox --install -s /bin; export PATH=/bin
      mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
      exec >/dev/ttyS0 2>&1 </dev/null
      for m in $(cat /modules/order); do insmod /modules/$m; done
      i=0; while [ ! -b /dev/vda2 ] && [ $i -lt 50 ]; do sleep 0.2; i=$((i+1)); done
      mount -t ext4 /dev/vda2 /data || { echo "no data partition"; poweroff -f; }
      """;

  private LinuxGuest() {}

  /// Writes such a disk.
  ///
  /// @param work a directory for what it is made of
  /// @param script what the guest does when its data partition is mounted on `/data`; its output is
  ///   the serial console
  public static void write(Path image, Path work, String script)
      throws IOException, InterruptedException {
    Tools.need("apt-get", "busybox", "cpio", "mformat", "mcopy", "syslinux", "mke2fs");
    Path boot = Files.createDirectories(work.resolve("boot"));
    Path initrd = initrd(work, unpackKernel(boot), script);
    Files.writeString(
        boot.resolve("syslinux.cfg"),
        """
        SERIAL 0 115200
        DEFAULT linux
        LABEL linux
        LINUX vmlinuz
        INITRD initrd
        APPEND console=ttyS0 panic=-1 quiet
        """);
    try (RawFile disk = RawFile.create(image, DATA_OFFSET + DATA_BYTES)) {
      disk.write(0, partitionTable());
    }
    String fat = image + "@@" + BOOT_OFFSET;
    long sectors = (DATA_OFFSET - BOOT_OFFSET) / SECTOR;
    Tools.run("mformat", "-i", fat, "-T", "" + sectors, "-h", "64", "-s", "32", "-H", "2048", "::");
    for (Path file : List.of(boot.resolve("vmlinuz"), initrd, boot.resolve("syslinux.cfg"))) {
      Tools.run("mcopy", "-i", fat, file.toString(), "::");
    }
    Tools.run("syslinux", "--install", "--offset", "" + BOOT_OFFSET, image.toString());
    Path data = work.resolve("data.ext4");
    Tools.run("mke2fs", "-q", "-t", "ext4", "-F", data.toString(), (DATA_BYTES >> 10) + "k");
    Tools.run(
        "dd",
        "if=" + data,
        "of=" + image,
        "bs=1M",
        "seek=" + (DATA_OFFSET >> 20),
        "conv=notrunc,sparse");
  }

  /// The bytes of the data partition of such a disk, in a file of their own.
  public static Path dataPartition(Path image, Path target)
      throws IOException, InterruptedException {
    Tools.run(
        "dd",
        "if=" + image,
        "of=" + target,
        "bs=1M",
        "skip=" + (DATA_OFFSET >> 20),
        "count=" + (DATA_BYTES >> 20),
        "conv=sparse");
    return target;
  }

  /// The directory of the kernel's modules; the kernel itself goes into `boot`. The package is
  /// fetched once for all tests of a build.
  private static Path unpackKernel(Path boot) throws IOException, InterruptedException {
    Path cache = Path.of("target", "linux-guest").toAbsolutePath();
    Path root = cache.resolve("root");
    if (!Files.exists(root)) {
      Tools.run(
          "sh",
          "-c",
          """
          mkdir -p '%1$s/fetched' && cd '%1$s/fetched' &&
          name=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \\(linux-image-.*\\)/\\1/p' | head -n 1) &&
          apt-get -q -o APT::Sandbox::User=root download "$name" && dpkg-deb -x ./*.deb unpacked && mv unpacked ../root
          """
              .formatted(cache));
    }
    try (Stream<Path> kernels = Files.list(root.resolve("boot"))) {
      Path kernel =
          kernels
              .filter(file -> file.getFileName().toString().startsWith("vmlinuz-"))
              .findFirst()
              .orElseThrow();
      Files.copy(kernel, boot.resolve("vmlinuz"));
    }
    return root.resolve("lib").resolve("modules");
  }

  private static Path initrd(Path work, Path modules, String script)
      throws IOException, InterruptedException {
    Path root = work.resolve("initrd");
    for (String directory : List.of("bin", "dev", "proc", "sys", "data", "modules")) {
      Files.createDirectories(root.resolve(directory));
    }
    Files.copy(Path.of(Tools.run("which", "busybox").strip()), root.resolve("bin/busybox"));
    for (String module : MODULES) {
      try (Stream<Path> found =
          Files.find(modules, 9, (f, a) -> f.getFileName().toString().startsWith(module + ".ko"))) {
        Path file = found.findFirst().orElse(null);
        if (file != null) { // what is built in has no file
          Files.copy(file, root.resolve("modules").resolve(file.getFileName()));
          Files.writeString(
              root.resolve("modules/order"),
              file.getFileName() + "\n",
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND);
        }
      }
    }
    Path init = Files.writeString(root.resolve("init"), PREPARE + script);
    init.toFile().setExecutable(true);
    Path initrd = work.resolve("initrd.gz");
    Tools.run(
        "sh",
        "-c",
        "cd '%s' && find . | cpio -o -H newc --quiet -R 0:0 | gzip -1 > '%s'"
            .formatted(root, initrd));
    Path named = work.resolve("boot").resolve("initrd");
    return Files.move(initrd, named);
  }

  private static ByteBuffer partitionTable() throws IOException {
    ByteBuffer sector = ByteBuffer.allocate(SECTOR).order(ByteOrder.LITTLE_ENDIAN);
    sector.put(Files.readAllBytes(MASTER_BOOT_RECORD));
    partition(sector, 0, true, 0x06, BOOT_OFFSET, DATA_OFFSET - BOOT_OFFSET);
    partition(sector, 1, false, 0x83, DATA_OFFSET, DATA_BYTES);
    sector.putShort(510, (short) 0xaa55);
    return sector.clear();
  }

  private static void partition(
      ByteBuffer sector, int index, boolean active, int type, long offset, long bytes) {
    int at = 446 + 16 * index;
    sector.put(at, (byte) (active ? 0x80 : 0));
    sector.put(at + 4, (byte) type);
    sector.putInt(at + 8, (int) (offset / SECTOR));
    sector.putInt(at + 12, (int) (bytes / SECTOR));
  }

  /// The last number that a console has after `word`, 0 if there is none.
  public static int lastNumber(Path console, String word) throws IOException {
    int last = 0;
    for (String line : Files.readString(console, StandardCharsets.ISO_8859_1).lines().toList()) {
      if (line.strip().matches(word + " \\d+")) {
        last = Integer.parseInt(line.strip().substring(word.length() + 1));
      }
    }
    return last;
  }
}
