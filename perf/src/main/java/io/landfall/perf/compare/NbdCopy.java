package io.landfall.perf.compare;

import io.landfall.perf.contest.Contender;
import io.landfall.perf.contest.Job;
import io.landfall.perf.rig.Programs;
import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// libnbd's nbdcopy, pulling from nbdkit over TCP with four connections. It knows no delta: a
/// changed image is copied whole.
public final class NbdCopy implements Contender {
  private final Rig rig;
  private final Map<String, Path> images;
  private final Map<String, Integer> ports = new TreeMap<>();
  private final List<Process> servers = new ArrayList<>();

  private NbdCopy(Rig rig, Map<String, Path> images) {
    this.rig = rig;
    this.images = images;
  }

  /// Starts a server for each image.
  ///
  /// @param images by the name of the job that copies it
  /// @param logs a directory for the servers' output
  public static NbdCopy start(Rig rig, Map<String, Path> images, Path logs) throws IOException {
    NbdCopy copy = new NbdCopy(rig, Map.copyOf(images));
    try {
      for (var image : images.entrySet()) {
        copy.serve(image.getKey(), image.getValue(), logs.resolve("nbdkit.log"));
      }
      return copy;
    } catch (IOException e) {
      copy.close();
      throw e;
    }
  }

  private void serve(String job, Path image, Path log) throws IOException {
    int port = Ports.free();
    servers.add(
        rig.start(
            log, "nbdkit", "-f", "-r", "-i", rig.address(), "-p", "" + port, "file", "" + image));
    ports.put(job, port);
    Ports.await(rig, "nbdinfo", "--size", uri(job));
  }

  private String uri(String job) {
    return "nbd://" + rig.address() + ":" + ports.get(job);
  }

  /// Whether it is installed.
  public static boolean installed() {
    return Programs.have("nbdcopy", "nbdkit", "nbdinfo");
  }

  @Override
  public String name() {
    return "nbdcopy";
  }

  @Override
  public String version() {
    return Programs.version("nbdcopy", "--version") + ", " + Programs.version("nbdkit", "-V");
  }

  @Override
  public Optional<String> how(Job job) {
    return images.containsKey(job.name())
        ? Optional.of("nbdcopy --connections=4 nbd://… FILE, from nbdkit file")
        : Optional.empty();
  }

  @Override
  public Map<String, Double> run(Job job, Path work) throws IOException {
    rig.run("nbdcopy", "--connections=4", uri(job.name()), result(job, work).toString());
    return Map.of();
  }

  @Override
  public void close() throws IOException {
    for (Process server : servers) {
      Rig.stop(server);
    }
  }
}
