package io.landfall.perf.bench;

import static io.landfall.perf.compare.Command.RESULT;

import io.landfall.perf.compare.Command;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Converting between raw and qcow2, and reading a qcow2 image.
public final class ImageBench extends Bench {
  static final int PIECE_BYTES = 64 << 10;

  /// A bench of that size.
  public ImageBench(Scale scale, Consumer<String> log) {
    super(scale, log);
  }

  private static Path qcow2(Images images) {
    return images.directory().resolve("first.qcow2");
  }

  /// As many reads as the disk has pieces; scattered, they visit it in steps of about five eighths
  /// of it, which come back to no place before all were visited.
  static int reads(Scale scale) {
    return (int) (scale.image().sizeBytes() / PIECE_BYTES);
  }

  static long scatterBytes(Scale scale) {
    return (reads(scale) * 5L / 8 | 1) * PIECE_BYTES;
  }

  @Override
  List<Job> jobs(Images images) {
    long data = scale().image().dataBytes();
    List<Path> qcow2 = List.of(qcow2(images));
    return List.of(
        new Job("qcow2 to raw", "convert an image", data, qcow2, Optional.of(images.first())),
        new Job(
            "raw to qcow2", "convert an image", data, List.of(images.first()), Optional.empty()),
        new Job(
            "read in order",
            "read a qcow2 disk in pieces of 64 KiB",
            data,
            qcow2,
            Optional.empty()),
        new Job(
            "read scattered",
            "read all pieces of 64 KiB of a qcow2 disk, far apart one after another",
            data,
            qcow2,
            Optional.empty()));
  }

  @Override
  void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException {
    try (RawFile first = RawFile.open(images.first())) {
      Qcow2Writer.write(first, qcow2(images), done -> {});
    }
    contenders.add(() -> LandfallImage.start(rig, qcow2(images), images.first(), scale()));
    List<String> version = List.of("qemu-img", "--version");
    boolean installed = Programs.have("qemu-img");
    contenders.addIf(
        installed, "qemu-img", () -> new Command(rig, "qemu-img", version, commands(images)));
    contenders.addIf(
        installed,
        "qemu-img -m 8 -W",
        () -> new Command(rig, "qemu-img -m 8 -W", version, parallelCommands(images)));
  }

  private Map<String, List<String>> commands(Images images) {
    String qcow2 = qcow2(images).toString();
    String raw = images.first().toString();
    return Map.of(
        "qcow2 to raw",
        List.of("qemu-img", "convert", "-f", "qcow2", "-O", "raw", qcow2, RESULT),
        "raw to qcow2",
        List.of("qemu-img", "convert", "-f", "raw", "-O", "qcow2", raw, RESULT),
        "read in order",
        read(qcow2, PIECE_BYTES),
        "read scattered",
        read(qcow2, scatterBytes(scale())));
  }

  private static Map<String, List<String>> parallelCommands(Images images) {
    String qcow2 = qcow2(images).toString();
    String raw = images.first().toString();
    return Map.of(
        "qcow2 to raw",
        List.of("qemu-img", "convert", "-m", "8", "-W", "-f", "qcow2", "-O", "raw", qcow2, RESULT),
        "raw to qcow2",
        List.of("qemu-img", "convert", "-m", "8", "-W", "-f", "raw", "-O", "qcow2", raw, RESULT));
  }

  private List<String> read(String image, long step) {
    return List.of(
        "qemu-img",
        "bench",
        "-f",
        "qcow2",
        "-d",
        "1",
        "-c",
        "" + reads(scale()),
        "-s",
        "" + PIECE_BYTES,
        "-S",
        "" + step,
        image);
  }
}
