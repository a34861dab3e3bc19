package io.landfall.perf.bench;

import io.landfall.perf.contest.Job;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What is asked of an NBD server, and by which client: the same one whoever serves.
final class NbdJobs {
  /// Stands for the disk in a client's command: a URI, or the name of a file.
  static final String DISK = "{disk}";

  private static final int PIECE_BYTES = 64 << 10;
  private static final int BLOCK_BYTES = 4 << 10;

  /// Of the disk, what the writes of a job touch; scattered ones of 4 KiB touch as many clusters.
  private static final int WRITE_SHARE = 4;

  private final long sizeBytes;
  private final Map<String, List<String>> clients = new TreeMap<>();
  private final List<Job> jobs = new ArrayList<>();

  /// @param raw a disk that is all data
  /// @param qcow2 the same
  NbdJobs(long sizeBytes, Path raw, Path qcow2) {
    this.sizeBytes = sizeBytes;
    for (Path disk : List.of(raw, qcow2)) {
      String format = disk.equals(raw) ? "raw" : "qcow2";
      copy(format, disk, 1);
      copy(format, disk, 4);
      for (int depth : new int[] {1, 16}) {
        read(format, disk, "in order", depth, PIECE_BYTES);
        read(format, disk, "scattered", depth, scatterBytes(PIECE_BYTES));
      }
    }
    write(raw, "64 KiB in order", PIECE_BYTES, PIECE_BYTES);
    write(raw, "64 KiB scattered", PIECE_BYTES, scatterBytes(PIECE_BYTES));
    write(raw, "4 KiB in order", BLOCK_BYTES, BLOCK_BYTES);
    write(raw, "4 KiB scattered", BLOCK_BYTES, scatterBytes(PIECE_BYTES) + BLOCK_BYTES);
  }

  /// Steps of about five eighths of the disk, which come back to no place before all were visited.
  private long scatterBytes(int piece) {
    return (sizeBytes / piece * 5 / 8 | 1) * piece;
  }

  private void copy(String format, Path disk, int connections) {
    add(
        format + ", copy, " + connections,
        "nbdcopy of a whole " + format + " disk to nowhere, connections: " + connections,
        sizeBytes,
        disk,
        List.of("nbdcopy", "--connections=" + connections, DISK, "null:"));
  }

  private void read(String format, Path disk, String order, int depth, long step) {
    add(
        format + ", read " + order + ", " + depth,
        "qemu-img bench reads all pieces of 64 KiB of a %s disk %s, at once: %d"
            .formatted(format, order, depth),
        sizeBytes,
        disk,
        bench(depth, sizeBytes / PIECE_BYTES, PIECE_BYTES, step));
  }

  private void write(Path base, String how, int bytes, long step) {
    boolean small = bytes < step && bytes == BLOCK_BYTES;
    long count = sizeBytes / WRITE_SHARE / (small ? PIECE_BYTES : bytes);
    List<String> client = new ArrayList<>(bench(16, count, bytes, step));
    client.add(2, "-w");
    client.add(3, "--pattern=7");
    add(
        "write " + how,
        "qemu-img bench writes %s to a new overlay over the raw disk, 16 at once".formatted(how),
        count * bytes,
        base,
        client);
  }

  private static List<String> bench(int depth, long count, int bytes, long step) {
    return List.of(
        "qemu-img",
        "bench",
        "-f",
        "raw",
        "-d",
        "" + depth,
        "-c",
        "" + count,
        "-s",
        "" + bytes,
        "-S",
        "" + step,
        DISK);
  }

  private void add(String name, String what, long bytes, Path source, List<String> client) {
    clients.put(name, client);
    jobs.add(new Job(name, what, bytes, List.of(source), Optional.empty()));
  }

  List<Job> all() {
    return List.copyOf(jobs);
  }

  static boolean writes(Job job) {
    return job.name().startsWith("write");
  }

  static boolean ofQcow2(Job job) {
    return job.name().startsWith("qcow2");
  }

  /// The client's command.
  String[] client(Job job, String disk) {
    return clients.get(job.name()).stream()
        .map(word -> word.equals(DISK) ? disk : word)
        .toArray(String[]::new);
  }
}
