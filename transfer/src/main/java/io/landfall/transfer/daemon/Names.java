package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ChunkId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// How things are called on disk and on the wire.
final class Names {
  private Names() {}

  /// Export of a job's input disk, offered by the submit host.
  static String inputDisk(String job, String device) {
    return "input/" + job + "/" + device;
  }

  /// Export of a device of a checkpoint, offered by the submit host.
  static String checkpointPart(String checkpoint, String part) {
    return "checkpoint/" + checkpoint + "/" + part;
  }

  /// Export of the boot profile of an input disk, offered by the submit host, and of the one that a
  /// claim recorded, offered by the execute host under its [#claimPart].
  static String profile(String device) {
    return "boot-profile." + device;
  }

  /// Export of a part of a claim (a disk's device, `memory`, `device-state`), offered by the
  /// execute host.
  static String claimPart(String job, String part) {
    return "claim/" + job + "/" + part;
  }

  /// Whose a job is that is called `owner/cluster.proc@host`.
  static String owner(String job) {
    int slash = job.indexOf('/');
    return slash < 0 ? "" : job.substring(0, slash);
  }

  /// A directory name for a job: readable, of safe characters only, and different for different
  /// jobs whatever they contain.
  static String directory(String job) {
    String readable = job.replaceAll("[^A-Za-z0-9.]+", "_");
    String digest = ChunkId.of(ByteBuffer.wrap(job.getBytes(StandardCharsets.UTF_8))).toString();
    return readable.substring(0, Math.min(readable.length(), 60)) + "-" + digest.substring(0, 12);
  }
}
