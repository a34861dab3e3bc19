package io.landfall.transfer.condor.gahp;

import io.landfall.protocol.content.Chunks;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.SavedState;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// A checkpoint as files of the scratch directory, which HTCondor carries to SPOOL and, when the
/// job runs again, to another host.
///
/// The description names the content of every file it belongs with, images included, by digest. One
/// file of another time, and the checkpoint is none: resumed memory over a disk that is not its own
/// destroys the file system.
final class GahpCheckpoint {
  private static final Logger LOG = System.getLogger(GahpCheckpoint.class.getName());
  private static final int VERSION = 1;
  private static final int MAX_DESCRIPTION_BYTES = 1 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final GahpFiles files;

  /// @param driver the driver's name
  /// @param machine what the driver must know of the machine
  /// @param content digest of each file's content, by what the file is
  record Description(int version, String driver, String machine, Map<String, String> content) {}

  GahpCheckpoint(GahpFiles files) {
    this.files = files;
  }

  /// Makes the checkpoint of a machine that was saved. Nothing is copied.
  void write(String driver, SavedState state, List<GahpDrive> drives) throws IOException {
    Files.move(state.memory(), files.memory());
    DurableFiles.replace(files.devices(), state.deviceState());
    Description description = new Description(VERSION, driver, state.machine(), contentOf(drives));
    DurableFiles.replace(files.description(), JSON.writeValueAsBytes(description));
  }

  /// The state of a checkpoint that came from SPOOL or was made here; empty if there is none, or it
  /// does not belong to these disks.
  ///
  /// @param memoryFile where the driver wants the memory
  Optional<SavedState> take(String driver, List<GahpDrive> drives, Path memoryFile)
      throws IOException {
    if (Files.notExists(files.description())) {
      return Optional.empty();
    }
    if (Files.size(files.description()) > MAX_DESCRIPTION_BYTES
        || Files.size(files.devices()) > SavedState.MAX_DEVICE_STATE_BYTES) {
      LOG.log(Level.WARNING, "the checkpoint is larger than one can be, and is not used");
      return Optional.empty();
    }
    Optional<Description> description = matching(driver, drives);
    if (description.isEmpty()) {
      return Optional.empty();
    }
    byte[] devices = Files.readAllBytes(files.devices());
    Files.deleteIfExists(files.description()); // from now on the disks move on without it
    DurableFiles.syncDirectory(files.scratch());
    Files.deleteIfExists(memoryFile);
    Files.move(files.memory(), memoryFile);
    Files.delete(files.devices());
    return Optional.of(new SavedState(memoryFile, devices, description.get().machine()));
  }

  private Optional<Description> matching(String driver, List<GahpDrive> drives) throws IOException {
    try {
      Description description =
          JSON.readValue(Files.readAllBytes(files.description()), Description.class);
      if (description.version() != VERSION || !driver.equals(description.driver())) {
        LOG.log(
            Level.WARNING,
            "the checkpoint is of version {0} and driver {1}, not {2} and {3}, and is not used",
            description.version(),
            description.driver(),
            VERSION,
            driver);
        return Optional.empty();
      }
      Map<String, String> here = contentOf(drives);
      if (!here.equals(description.content())) {
        LOG.log(
            Level.WARNING,
            "the checkpoint belongs to {0}, here is {1}: it is not used",
            description.content(),
            here);
        return Optional.empty();
      }
      return Optional.of(description);
    } catch (JacksonException e) {
      LOG.log(Level.WARNING, "not a checkpoint: {0}", e.getOriginalMessage());
      return Optional.empty();
    }
  }

  private Map<String, String> contentOf(List<GahpDrive> drives) throws IOException {
    Map<String, String> content = new LinkedHashMap<>();
    for (GahpDrive drive : drives) {
      content.put(drive.disk().device(), digest(drive.base()));
      if (drive.overlay().isPresent()) {
        content.put(drive.disk().device() + " changes", digest(drive.overlay().get()));
      }
    }
    content.put("memory", digest(files.memory()));
    content.put("devices", digest(files.devices()));
    return content;
  }

  private static String digest(Path file) throws IOException {
    if (Files.notExists(file)) {
      return "absent";
    }
    try (RawFile content = RawFile.open(file)) {
      return Chunking.manifestOf(content, Chunks.DEFAULT_SIZE_BYTES, done -> {})
          .imageId()
          .toString();
    }
  }
}
