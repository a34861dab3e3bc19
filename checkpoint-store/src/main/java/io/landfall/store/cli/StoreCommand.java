package io.landfall.store.cli;

import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.DamagedStoreException;
import io.landfall.store.checkpoint.StoreHeldException;
import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.store.chunk.DamagedPackException;
import io.landfall.store.chunk.MissingChunkException;
import io.landfall.store.export.DamagedExportException;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What all checkpoint commands share, also one that lives above this module: where the store is,
/// text or JSON, and exit codes.
@Command(mixinStandardHelpOptions = true)
public abstract class StoreCommand implements Callable<Integer> {
  static final int DONE = 0;
  static final int FAILED = 1;
  static final int USAGE = 2;
  static final int DAMAGE = 3;
  static final int NOT_FOUND = 4;
  static final int HELD = 5;

  static final JsonMapper JSON = JsonMapper.shared();

  @Spec CommandSpec spec;

  @Option(
      names = "--spool",
      paramLabel = "DIR",
      description =
          "The SPOOL directory; the store is DIR/landfall. Default: $_LANDFALL_SPOOL or"
              + " $_CONDOR_SPOOL.")
  Path spool;

  @Option(
      names = "--key-file",
      paramLabel = "FILE",
      description =
          "The key of an encrypted store: 32 bytes, or base64 of them, mode 600. Default:"
              + " $_LANDFALL_CHECKPOINT_KEY_FILE.")
  Path keyFile;

  @Option(names = "--json", description = "Print JSON for programs.")
  boolean json;

  /// Does the command's work; exceptions become exit codes.
  protected abstract int run() throws IOException;

  @Override
  public final Integer call() {
    try {
      return run();
    } catch (NoSuchFileException e) {
      return fail(NOT_FOUND, e.getFile() + ": no such file or store");
    } catch (NoSuchElementException e) {
      return fail(NOT_FOUND, e.getMessage());
    } catch (StoreHeldException e) {
      return fail(HELD, e.getMessage());
    } catch (FileAlreadyExistsException e) {
      return fail(FAILED, e.getFile() + ": is there already");
    } catch (DamagedStoreException
        | DamagedExportException
        | DamagedPackException
        | CorruptChunkException
        | MissingChunkException e) {
      return fail(DAMAGE, e.getMessage());
    } catch (IOException e) {
      return fail(FAILED, e.getMessage());
    }
  }

  /// What picocli knows of the command.
  protected final CommandSpec spec() {
    return spec;
  }

  private int fail(int code, String message) {
    spec.commandLine().getErr().println("landfall checkpoint " + spec.name() + ": " + message);
    return code;
  }

  /// Where the command prints.
  protected final PrintWriter out() {
    return spec.commandLine().getOut();
  }

  final void print(JsonNode tree) {
    out().println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(tree));
    out().flush();
  }

  final Path storeDirectory() {
    if (spool != null) {
      return spool.resolve("landfall");
    }
    for (String name : List.of("_LANDFALL_SPOOL", "_CONDOR_SPOOL")) {
      String value = System.getenv(name);
      if (value != null && !value.isBlank()) {
        return Path.of(value, "landfall");
      }
    }
    throw new ParameterException(
        spec.commandLine(), "which store? Give --spool DIR or set _LANDFALL_SPOOL");
  }

  /// How a store is opened for writing.
  final StoreSettings settings() throws IOException {
    return StoreSettings.defaults().withKey(key());
  }

  /// The key that was given, if one was.
  final Optional<StoreKey> key() throws IOException {
    if (keyFile != null) {
      return Optional.of(StoreKey.read(keyFile));
    }
    String value = System.getenv("_LANDFALL_CHECKPOINT_KEY_FILE");
    return value == null || value.isBlank()
        ? Optional.empty()
        : Optional.of(StoreKey.read(Path.of(value)));
  }

  /// Opens the store for looking. Caller closes.
  protected final CheckpointStore inspect() throws IOException {
    return CheckpointStore.inspect(storeDirectory(), key());
  }

  /// The checkpoint whose id starts with `prefix`.
  ///
  /// @throws NoSuchElementException if there is none
  /// @throws ParameterException if there are several
  protected final CheckpointRecord find(CheckpointStore store, String prefix) {
    String upper = prefix.toUpperCase(Locale.ROOT);
    List<CheckpointRecord> found =
        store.list().stream().filter(record -> record.id().text().startsWith(upper)).toList();
    if (found.isEmpty()) {
      throw new NoSuchElementException("no checkpoint " + prefix + " in " + store.directory());
    }
    if (found.size() > 1) {
      List<CheckpointId> ids = found.stream().map(CheckpointRecord::id).limit(5).toList();
      throw new ParameterException(
          spec.commandLine(), prefix + " is the start of " + found.size() + " ids, such as " + ids);
    }
    return found.getFirst();
  }
}
