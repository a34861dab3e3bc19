package io.landfall.perf.bench;

import static io.landfall.perf.compare.Command.RESULT;

import io.landfall.perf.compare.Command;
import io.landfall.perf.compare.GridFtp;
import io.landfall.perf.compare.NbdCopy;
import io.landfall.perf.compare.Rsync;
import io.landfall.perf.compare.Scp;
import io.landfall.perf.compare.SshServer;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import io.landfall.perf.worker.Order.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Landing an image: the first time, when a former version is here, and back from an overlay; over
/// loopback, or over a link.
public final class TransferBench extends Bench {
  static final String COLD = "cold";
  static final String AGAIN = "again";
  static final String CHANGED = "changed";
  static final String RETURNED = "returned";
  static final String DIRECTORY = "directory";
  static final String RSYNC = "rsync";

  private static final List<String> DELTA = List.of("-I", "--no-whole-file", "--inplace");

  /// A bench of that size.
  public TransferBench(Scale scale, Consumer<String> log) {
    super(scale, log);
  }

  private boolean linked() {
    return !scale().link().isEmpty();
  }

  @Override
  List<Job> jobs(Images images) {
    long data = scale().image().dataBytes();
    List<Job> jobs = new ArrayList<>();
    jobs.add(
        new Job(
            COLD,
            "an image that the target has nothing of",
            data,
            List.of(images.first()),
            Optional.of(images.first())));
    if (!linked()) {
      jobs.add(
          new Job(
              AGAIN,
              "the same image, which the target has",
              data,
              List.of(images.first()),
              Optional.empty()));
    }
    jobs.add(
        new Job(
            CHANGED,
            "the next version; the target has the former one",
            data,
            List.of(images.first(), images.next()),
            Optional.of(images.next())));
    jobs.add(
        new Job(
            RETURNED,
            "a modified image back to where its original is, from the overlay that was written",
            data,
            List.of(images.first(), images.next(), images.overlay()),
            Optional.of(images.next())));
    jobs.add(
        new Job(
            DIRECTORY,
            "a directory of %,d files, %d MiB"
                .formatted(scale().tree().files(), images.treeBytes() >> 20),
            images.treeBytes(),
            List.of(images.tree()),
            Optional.of(images.tree())));
    return jobs;
  }

  @Override
  boolean startsFromFirst(String job) {
    return !job.equals(DIRECTORY);
  }

  @Override
  List<Goal> goals() {
    return linked() ? TransferGoals.linked() : TransferGoals.loopback();
  }

  @Override
  void enter(Rig rig, Images images, Path logs, Contenders contenders) throws IOException {
    BenchPool pool = BenchPool.make(rig, logs.resolve("pool"), 1);
    Sides sides = contenders.owned(Sides.start(rig, Sides.Talk.OPEN, pool));
    contenders.add(() -> Limit.serving(sides, rig.address(), images, scale().image().sizeBytes()));
    contenders.add(
        () -> Landfall.serving(Landfall.USUAL, sides, images, Names.KNOWN).withTree(images.tree()));
    if (linked()) {
      Sides plain = contenders.owned(Sides.start(rig, Sides.Talk.PLAIN, pool));
      contenders.add(
          () -> Landfall.serving(Landfall.UNCOMPRESSED, plain, images, Names.KNOWN).only(COLD));
    } else {
      contenders.add(
          () -> Landfall.serving("landfall, first send", sides, images, Names.HASHES_MEANWHILE));
    }
    Sides tls = contenders.owned(Sides.start(rig, Sides.Talk.TLS, pool));
    contenders.add(() ->
        Landfall.serving(Landfall.ENCRYPTED, tls, images, Names.KNOWN)
            .withTree(images.tree())
            .only(COLD, CHANGED, DIRECTORY));
    contenders.addIf(
        NbdCopy.installed(),
        "nbdcopy with nbdkit",
        () ->
            NbdCopy.start(
                rig,
                Map.of(COLD, images.first(), AGAIN, images.first(), CHANGED, images.next()),
                logs));
    enterRsync(rig, images, logs, contenders);
    enterSsh(rig, images, logs, contenders);
    contenders.addIf(
        GridFtp.installed(),
        "globus-url-copy with globus-gridftp-server",
        () -> GridFtp.start(rig, Map.of(COLD, images.first(), DIRECTORY, images.tree()), logs));
    if (!linked()) {
      enterLocal(rig, images.first().toString(), contenders);
    }
  }

  private void enterRsync(Rig rig, Images images, Path logs, Contenders contenders)
      throws IOException {
    boolean installed = Rsync.installed();
    Path directory = images.directory();
    contenders.addIf(installed, RSYNC, () -> Rsync.start(rig, RSYNC, directory, pulls(), logs));
    if (!linked()) {
      String sparse = "rsync --sparse";
      Map<String, Rsync.Pull> sparsePulls =
          Map.of(
              COLD,
              whole("--sparse"),
              AGAIN,
              new Rsync.Pull("first.raw", Optional.of(COLD), List.of("--checksum")));
      contenders.addIf(
          installed, sparse, () -> Rsync.start(rig, sparse, directory, sparsePulls, logs));
    } else {
      // Over a slow link a user compresses, and then holes cost rsync next to nothing.
      String packed = "rsync --compress";
      Map<String, Rsync.Pull> packedPulls =
          Map.of(
              COLD,
              new Rsync.Pull(
                  "first.raw",
                  Optional.empty(),
                  List.of("--whole-file", "--times", "--inplace", "--compress")),
              CHANGED,
              new Rsync.Pull(
                  "next.raw",
                  Optional.of(COLD),
                  List.of("-I", "--no-whole-file", "--inplace", "--compress")));
      contenders.addIf(
          installed, packed, () -> Rsync.start(rig, packed, directory, packedPulls, logs));
    }
  }

  private static Map<String, Rsync.Pull> pulls() {
    Rsync.Pull delta = new Rsync.Pull("next.raw", Optional.of(COLD), DELTA);
    return Map.of(
        COLD,
        whole("--inplace"),
        AGAIN,
        new Rsync.Pull("first.raw", Optional.of(COLD), List.of("--times")),
        CHANGED,
        delta,
        RETURNED,
        delta,
        DIRECTORY,
        new Rsync.Pull(
            "tree/", Optional.empty(), List.of("--archive", "--whole-file", "--inplace")));
  }

  private void enterSsh(Rig rig, Images images, Path logs, Contenders contenders)
      throws IOException {
    if (!SshServer.installed()) {
      contenders.absent("scp, rsync over ssh (openssh-server and root)");
      return;
    }
    SshServer server = contenders.owned(SshServer.start(rig, logs.resolve("ssh")));
    Map<String, Path> copied = new TreeMap<>(Map.of(COLD, images.first()));
    if (!linked()) {
      copied.put(DIRECTORY, images.tree()); // five round trips a file: minutes over a link
    }
    contenders.add(() -> new Scp(rig, server, copied));
    Map<String, Rsync.Pull> pulls = new TreeMap<>(pulls());
    pulls.keySet().retainAll(List.of(COLD, CHANGED, DIRECTORY));
    contenders.addIf(
        Rsync.installed(),
        "rsync over ssh",
        () -> Rsync.over(rig, server, images.directory(), pulls));
  }

  private static void enterLocal(Rig rig, String first, Contenders contenders) throws IOException {
    contenders.addIf(
        Programs.have("qemu-img"),
        "qemu-img",
        () ->
            new Command(
                rig,
                "qemu-img (local)",
                List.of("qemu-img", "--version"),
                Map.of(
                    COLD,
                    List.of("qemu-img", "convert", "-f", "raw", "-O", "raw", first, RESULT))));
    contenders.add(() ->
        new Command(
            rig,
            "cp (local)",
            List.of("cp", "--version"),
            Map.of(COLD, List.of("cp", "--sparse=always", first, RESULT))));
  }

  private static Rsync.Pull whole(String option) {
    return new Rsync.Pull(
        "first.raw", Optional.empty(), List.of("--whole-file", "--times", option));
  }
}
