package io.landfall.perf.bench;

import static io.landfall.perf.compare.Command.RESULT;

import io.landfall.perf.compare.Command;
import io.landfall.perf.compare.NbdCopy;
import io.landfall.perf.compare.Rsync;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/// Landing an image: the first time, when a former version is here, and back from an overlay.
public final class TransferBench extends Bench {
  static final String DIRECTORY = "directory";

  private static final List<String> DELTA = List.of("-I", "--no-whole-file", "--inplace");

  /// A bench of that size.
  public TransferBench(Scale scale, Consumer<String> log) {
    super(scale, log);
  }

  @Override
  List<Job> jobs(Images images) {
    long data = scale().image().dataBytes();
    return List.of(
        new Job(
            "cold",
            "an image that the target has nothing of",
            data,
            List.of(images.first()),
            Optional.of(images.first())),
        new Job(
            "again",
            "the same image, which the target has",
            data,
            List.of(images.first()),
            Optional.empty()),
        new Job(
            "changed",
            "the next version; the target has the former one",
            data,
            List.of(images.first(), images.next()),
            Optional.of(images.next())),
        new Job(
            "returned",
            "a modified image back to where its original is, from the overlay that was written",
            data,
            List.of(images.first(), images.next(), images.overlay()),
            Optional.of(images.next())),
        new Job(
            DIRECTORY,
            "a directory of %,d files, %d MiB"
                .formatted(scale().tree().files(), images.treeBytes() >> 20),
            images.treeBytes(),
            List.of(images.tree()),
            Optional.of(images.tree())));
  }

  @Override
  void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException {
    String first = images.first().toString();
    Sides sides = contenders.owned(Sides.start(rig));
    contenders.add(() -> Limit.serving(sides, images, scale().image().sizeBytes()));
    contenders.add(() -> Landfall.serving(sides, images, Names.KNOWN).withTree(images.tree()));
    contenders.add(() -> Landfall.serving(sides, images, Names.HASHES_MEANWHILE));
    contenders.addIf(
        NbdCopy.installed(),
        "nbdcopy with nbdkit",
        () ->
            NbdCopy.start(
                rig,
                Map.of("cold", images.first(), "again", images.first(), "changed", images.next()),
                logs));
    Rsync.Pull delta = new Rsync.Pull("next.raw", Optional.of("cold"), DELTA);
    contenders.addIf(
        Rsync.installed(),
        "rsync",
        () ->
            Rsync.start(
                rig,
                "rsync",
                images.directory(),
                Map.of(
                    "cold",
                    whole("--inplace"),
                    "again",
                    new Rsync.Pull("first.raw", Optional.of("cold"), List.of("--times")),
                    "changed",
                    delta,
                    "returned",
                    delta,
                    DIRECTORY,
                    new Rsync.Pull(
                        "tree/",
                        Optional.empty(),
                        List.of("--archive", "--whole-file", "--inplace"))),
                logs));
    contenders.addIf(
        Rsync.installed(),
        "rsync --sparse",
        () ->
            Rsync.start(
                rig,
                "rsync --sparse",
                images.directory(),
                Map.of(
                    "cold",
                    whole("--sparse"),
                    "again",
                    new Rsync.Pull("first.raw", Optional.of("cold"), List.of("--checksum"))),
                logs));
    contenders.addIf(
        Programs.have("qemu-img"),
        "qemu-img",
        () ->
            new Command(
                rig,
                "qemu-img (local)",
                List.of("qemu-img", "--version"),
                Map.of(
                    "cold",
                    List.of("qemu-img", "convert", "-f", "raw", "-O", "raw", first, RESULT))));
    contenders.add(() ->
        new Command(
            rig,
            "cp (local)",
            List.of("cp", "--version"),
            Map.of("cold", List.of("cp", "--sparse=always", first, RESULT))));
  }

  private static Rsync.Pull whole(String option) {
    return new Rsync.Pull(
        "first.raw", Optional.empty(), List.of("--whole-file", "--times", option));
  }
}
