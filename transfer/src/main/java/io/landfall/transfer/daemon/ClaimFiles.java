package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.lifecycle.VmwareGuest;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The files of a claim that are no disks: what a job sends beside them, and what of it has
/// changed.
///
/// They lie in a directory of their own, so that none can stand for a file of ours. A file has
/// changed if its bytes are others, or if it is new; VMware's logs and the files of a guest's ports
/// lie beside the machine and count as new.
///
/// Not thread-safe: guarded by the [Claim].
final class ClaimFiles {
  /// What the parts of a claim and of a checkpoint are called.
  static final String PART = "files";

  private static final String CATALOG = "files.json";
  private static final String JOINED = "files.joined";
  private static final String NVRAM = ".nvram";

  /// Logs of hypervisors and of ours, which are no results.
  private static final Set<String> OURS = Set.of("qemu.log", "qmp.log");

  private final Path claim;
  private final Path directory;

  ClaimFiles(Path claim) {
    this.claim = claim;
    this.directory = claim.resolve(VmwareGuest.FILES);
  }

  /// Lands what the job sends, and over it what a checkpoint holds of it.
  void land(Peer peer, Optional<String> sent, Optional<String> saved) throws IOException {
    Trees.delete(directory);
    Files.deleteIfExists(claim.resolve(CATALOG));
    if (sent.isEmpty()) {
      return;
    }
    Files.createDirectory(directory);
    FilePack.Listing listing = unpack(peer, sent.get());
    // What counts as changed is decided by what was sent, also after a restart from a checkpoint.
    DurableFiles.replace(
        claim.resolve(CATALOG), ControlJson.write(listing).getBytes(StandardCharsets.UTF_8));
    if (saved.isPresent()) {
      unpack(peer, saved.get());
    }
  }

  private FilePack.Listing unpack(Peer peer, String export) throws IOException {
    try (RemoteImage pack = RemoteImage.open(peer, export)) {
      FilePack.Listing listing = FilePack.listing(pack);
      FilePack.unpack(pack, name -> Optional.of(directory.resolve(name)), (_, _) -> {});
      return listing;
    }
  }

  /// Whether the job sent any.
  boolean present() {
    return Files.exists(claim.resolve(CATALOG));
  }

  /// What has changed, as one device. Caller closes.
  BlockDevice changed() throws IOException {
    Map<String, FilePack.Entry> before = new HashMap<>();
    FilePack.Listing sent =
        ControlJson.read(Files.readString(claim.resolve(CATALOG)), FilePack.Listing.class);
    sent.files().forEach(entry -> before.put(entry.name(), entry));
    Map<String, Path> now = plainFiles(directory);
    for (Map.Entry<String, Path> output : beside().entrySet()) {
      Path earlier = before.containsKey(output.getKey()) ? null : now.get(output.getKey());
      now.put(output.getKey(), earlier == null ? output.getValue() : after(earlier, output));
    }
    Map<String, Path> changed = new TreeMap<>();
    for (FilePack.Entry entry : FilePack.list(now).files()) {
      if (!entry.equals(before.get(entry.name()))) {
        changed.put(entry.name(), now.get(entry.name()));
      }
    }
    return FilePack.pack(changed);
  }

  /// A log that the guest began on another host goes on here.
  private Path after(Path earlier, Map.Entry<String, Path> output) throws IOException {
    if (output.getKey().endsWith(NVRAM)) {
      return output.getValue();
    }
    Path joined = Files.createDirectories(claim.resolve(JOINED)).resolve(output.getKey());
    Files.copy(earlier, joined, StandardCopyOption.REPLACE_EXISTING);
    try (OutputStream end = Files.newOutputStream(joined, StandardOpenOption.APPEND)) {
      Files.copy(output.getValue(), end);
    }
    return joined;
  }

  private Map<String, Path> beside() throws IOException {
    Map<String, Path> outputs = plainFiles(claim);
    outputs
        .keySet()
        .removeIf(name ->
            OURS.contains(name)
                || !(name.endsWith(".log") || name.endsWith(".txt") || name.endsWith(NVRAM)));
    return outputs;
  }

  private static Map<String, Path> plainFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString(), file -> file, (a, _) -> a, TreeMap::new));
    }
  }

  /// Where a file that was sent lies.
  static Path file(Path claim, String name) {
    return claim.resolve(VmwareGuest.FILES).resolve(name);
  }
}
