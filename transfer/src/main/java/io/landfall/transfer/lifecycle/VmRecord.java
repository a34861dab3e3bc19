package io.landfall.transfer.lifecycle;

import io.landfall.store.io.DurableFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// What is known of a VM when the process that knew it is gone: `state.json` in the VM's directory.
///
/// @param version of this record's form
/// @param driver the driver's name
/// @param jobId the job's name
/// @param state the state it was in, or was about to enter
/// @param end how it ended, in a final state
/// @param runtimeDir directory of the hypervisor's sockets
/// @param pid process id of the hypervisor, 0 if there is none
/// @param processStart when that process started, in milliseconds since 1970: a process id alone is
///   used again
/// @param at when the state was entered
public record VmRecord(
    int version,
    String driver,
    String jobId,
    VmState state,
    Optional<EndReason> end,
    Optional<String> runtimeDir,
    long pid,
    long processStart,
    Instant at) {
  static final int VERSION = 1;

  private static final String FILE = "state.json";
  private static final int MAX_BYTES = 64 << 10;
  private static final JsonMapper JSON =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  /// A VM that nothing was done for yet.
  static VmRecord prepared(String driver, String jobId, Instant at) {
    return new VmRecord(
        VERSION, driver, jobId, VmState.PREPARED, Optional.empty(), Optional.empty(), 0, 0, at);
  }

  /// Reads the record of a VM's directory; empty if it has none.
  ///
  /// @throws IOException if it is there and cannot be understood
  public static Optional<VmRecord> read(Path workDir) throws IOException {
    Path file = workDir.resolve(FILE);
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new IOException("%s: %d bytes, expected at most %d".formatted(file, size, MAX_BYTES));
      }
      VmRecord record = JSON.readValue(Files.readAllBytes(file), VmRecord.class);
      if (record.version != VERSION || record.state == null || record.driver == null) {
        throw new IOException(
            "%s: version %d, expected %d with driver and state"
                .formatted(file, record.version, VERSION));
      }
      return Optional.of(record);
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (JacksonException e) {
      throw new IOException(file + ": not a VM's state: " + e.getOriginalMessage(), e);
    }
  }

  /// Returns when the record would survive a power cut.
  void write(Path workDir) throws IOException {
    DurableFiles.replace(workDir.resolve(FILE), JSON.writeValueAsBytes(this));
  }

  VmRecord in(VmState next, Instant when) {
    return new VmRecord(version, driver, jobId, next, end, runtimeDir, pid, processStart, when);
  }

  VmRecord ended(EndReason reason) {
    return new VmRecord(
        version, driver, jobId, state, Optional.of(reason), runtimeDir, pid, processStart, at);
  }

  VmRecord runBy(Path sockets, long process, long start) {
    return new VmRecord(
        version, driver, jobId, state, end, Optional.of(sockets.toString()), process, start, at);
  }
}
