package io.landfall.perf.bench;

import io.landfall.perf.contest.Job;
import io.landfall.perf.image.DiskImage;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.snapshot.device.RawFile;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/// Disks over NBD on a Unix socket: reads of raw and qcow2, writes to an overlay. The clients are
/// those of libnbd and QEMU, the same for every server.
public final class NbdBench extends Bench {

  /// A bench of that size.
  public NbdBench(Scale scale, Consumer<String> log) {
    super(scale, log);
  }

  /// All data: a server that knows of holes does not send them, and would be measured by that.
  private DiskImage dense() {
    long bytes = scale().image().dataBytes();
    return new DiskImage(bytes, bytes, scale().image().seed());
  }

  @Override
  Images make(Path directory) throws IOException {
    Images images = Images.one(directory, dense());
    try (RawFile raw = RawFile.open(images.first())) {
      Qcow2Writer.write(raw, qcow2(images), done -> {});
    }
    return images;
  }

  private static Path qcow2(Images images) {
    return images.directory().resolve("first.qcow2");
  }

  private NbdJobs nbdJobs(Images images) {
    return new NbdJobs(dense().sizeBytes(), images.first(), qcow2(images));
  }

  @Override
  List<Job> jobs(Images images) {
    return nbdJobs(images).all();
  }

  @Override
  String data(Images images) {
    return "disk of %d MiB that is all data (seed %d)%s"
        .formatted(
            dense().sizeBytes() >> 20,
            dense().seed(),
            scale().quick() ? "; quick size: shows that it runs, measures nothing" : "");
  }

  @Override
  void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException {
    if (!Programs.have("nbdcopy", "nbdinfo", "qemu-img")) {
      throw new IOException("this bench needs nbdcopy, nbdinfo and qemu-img, the clients");
    }
    NbdServed served = new NbdServed(rig, nbdJobs(images), images.first(), qcow2(images), logs);
    contenders.add(() -> NbdContender.landfall(served));
    contenders.addIf(Programs.have("nbdkit"), "nbdkit", () -> NbdContender.nbdkit(served));
    contenders.addIf(Programs.have("qemu-nbd"), "qemu-nbd", () -> NbdContender.qemuNbd(served));
    contenders.add(() -> NbdContender.qcow2InPlace(served));
  }
}
