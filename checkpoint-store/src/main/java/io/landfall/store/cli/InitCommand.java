package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.seal.StoreKey;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// `landfall checkpoint init`.
@Command(
    name = "init",
    description = {
      "Make an empty store. A daemon makes one by itself; what this is for is encryption, which a",
      "store has from its beginning or not at all."
    },
    footer = {
      "",
      "With --encrypt a key file that is not there is made. Whoever loses it loses the store.",
      "Example: landfall checkpoint init --encrypt --key-file /etc/landfall/store.key --spool"
          + " /var/spool/condor"
    })
final class InitCommand extends StoreCommand {
  @Option(names = "--encrypt", description = "Encrypt it, with the key of --key-file.")
  private boolean encrypt;

  @Override
  protected int run() throws IOException {
    if (encrypt != (keyFile != null)) {
      throw new ParameterException(
          spec().commandLine(), "--encrypt and --key-file need each other");
    }
    Path directory = storeDirectory();
    if (Files.exists(directory)) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    if (encrypt && !Files.exists(keyFile)) {
      StoreKey.create(keyFile);
    }
    try (CheckpointStore store = CheckpointStore.open(directory, settings())) {
      boolean encrypted = settings().key().isPresent();
      if (json) {
        print(
            JSON.createObjectNode()
                .put("uuid", store.uuid().toString())
                .put("encrypted", encrypted));
      } else {
        out().println("made store " + store.uuid() + (encrypted ? ", encrypted" : ""));
        out().flush();
      }
    }
    return DONE;
  }
}
