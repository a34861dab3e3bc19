package io.landfall.perf.worker;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.landfall.protocol.content.Compression;
import io.landfall.store.checkpoint.CheckpointWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// What a worker is told to do: one line of JSON on its standard input.
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "do")
public sealed interface Order {

  /// What the source of a landing knows of its image.
  enum Names {
    /// It hashes when the image is opened, beside the pull: a first send.
    HASHES_MEANWHILE,
    /// It has hashed before: a second send.
    KNOWN
  }

  /// How the two sides of a landing talk; before any other order of a landing. Without it: over
  /// loopback, with nothing proved.
  ///
  /// @param submitHost address of the side that serves
  /// @param credentials directory that `landfall pool issue` made; empty for none
  /// @param encrypted TLS 1.3 with certificates of both sides; else the pool's key and checksums
  /// @param compressed let the serving side compress when the network is what it waits for
  record Talk(String submitHost, String credentials, boolean encrypted, boolean compressed)
      implements Order {
    /// Over loopback, with nothing proved.
    public static final Talk LOOPBACK = new Talk("127.0.0.1", "", false, true);
  }

  /// Serve raw images; answers with figure `port`. Asking again adds to what is served.
  ///
  /// @param images name to path
  /// @param names what is known of each
  record Serve(Map<String, String> images, Names names) implements Order {}

  /// Serve an image over NBD on a Unix socket until [HideDisk].
  ///
  /// @param image raw or qcow2
  /// @param overlay a new directory for what clients write; empty for a read-only export
  record ShowDisk(String image, String overlay, String socket) implements Order {}

  /// End what was shown on that socket; what clients wrote is durable then.
  record HideDisk(String socket) implements Order {}

  /// Serve an overlay over a raw image, as the execute host does with what a job wrote.
  ///
  /// @param name to serve it under
  /// @param overlay an overlay file of ours
  /// @param base the image under it
  record ServeOverlay(String name, String overlay, String base) implements Order {}

  /// Serve a directory, which is read anew for each landing; answers with `port`.
  record ServeTree(String name, String directory) implements Order {}

  /// Land a served directory as `target`, which must not exist.
  record LandTree(int port, String name, String target) implements Order {}

  /// Land a served image.
  ///
  /// @param port of the server
  /// @param name of the image
  /// @param target must not exist
  /// @param base the image that a served overlay is over; empty if it is none
  /// @param seeds landed images that may have some of the content
  record Land(int port, String name, String target, String base, List<String> seeds)
      implements Order {}

  /// Wait until all that was landed is hashed too; answers with `behindSeconds`, how long that
  /// took.
  record Settle() implements Order {}

  /// Land a served image in an image cache, which is made if it is not there.
  record LandInCache(int port, String name, String cache) implements Order {}

  /// Hash landed images, so that they are known as seeds and bases later.
  record Know(List<String> images) implements Order {}

  /// Send the data of a raw image to whoever connects, by sendfile, unchecked; answers with `port`.
  record BareSend(String address, String image, int connections) implements Order {}

  /// Receive from a bare sender into a new file.
  record BareReceive(String address, int port, int connections, String target, long sizeBytes)
      implements Order {}

  /// A checkpoint store.
  ///
  /// @param directory it is in
  /// @param compression what is added is compressed with
  /// @param keyFile of an encrypted one; empty if it is not encrypted
  record StoreAt(String directory, Compression compression, String keyFile) {
    /// One with LZ4, not encrypted: what an agent makes.
    public static StoreAt plain(Path directory) {
      return new StoreAt(directory.toString(), Compression.LZ4, "");
    }
  }

  /// Store a raw image, or a flat memory state, as the next checkpoint of the one job; a store that
  /// is not there is made.
  ///
  /// @param kind disk or memory
  /// @param image the raw file
  /// @param changed where it differs from the job's last checkpoint; absent if that is not known
  record Ingest(StoreAt store, CheckpointWriter.Kind kind, String image, Changed changed)
      implements Order {}

  /// Changed ranges of an image.
  ///
  /// @param known false: anything may have changed
  /// @param offsets of the ranges
  /// @param lengths of the ranges
  record Changed(boolean known, List<Long> offsets, List<Long> lengths) {
    /// Anything may have changed.
    public static final Changed UNKNOWN = new Changed(false, List.of(), List.of());
  }

  /// Write the last checkpoint's disk to a new raw sparse image.
  record Restore(StoreAt store, String target) implements Order {}

  /// Read and check everything in a store; fails if something is damaged.
  record Verify(StoreAt store) implements Order {}

  /// Submit the jobs of a submit description file to an agent of this host, and wait until they
  /// have ended; answers with `landedSeconds`, after which the disks of all of them had landed and
  /// were sealed.
  ///
  /// @param port of the agent
  record SubmitJobs(int port, String file) implements Order {}

  /// The formats that are written.
  enum Format {
    /// Sparse.
    RAW,
    /// Version 3, without compression.
    QCOW2
  }

  /// Convert an image to another format.
  record Convert(String image, String target, Format format) implements Order {}

  /// Read pieces of an image, one after another, on one thread.
  ///
  /// @param stepBytes from the start of one to the start of the next, around the end of the disk
  record Read(String image, int pieceBytes, long stepBytes, int count) implements Order {}
}
