package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Extent;
import io.landfall.snapshot.device.RawFile;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.control.ControlJson;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Function;

/// Plain files of one directory behind one another, to be pulled as one device:
///
/// ```
/// 8 bytes      length of the list, big-endian
/// list         JSON: name, size and SHA-256 of each file
/// contents     in the order of the list
/// ```
///
/// Who unpacks trusts nothing of it: a name is a name within one directory, and a file that is not
/// what the list says is refused.
final class FilePack {
  static final int MAX_FILES = 10_000;
  private static final int MAX_LIST_BYTES = 8 << 20;
  private static final int PIECE_BYTES = 1 << 20;
  private static final int MAX_NAME = 200;

  private FilePack() {}

  /// One file.
  ///
  /// @param sha256 of its bytes, in hexadecimal
  record Entry(String name, long size, String sha256) {}

  /// All of them.
  record Listing(List<Entry> files) {}

  // ---- packing

  /// What files are now.
  ///
  /// @param files by the names that they get
  static Listing list(Map<String, Path> files) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, Path> file : new TreeMap<>(files).entrySet()) {
      requirePlain(file.getKey());
      entries.add(new Entry(file.getKey(), Files.size(file.getValue()), digestOf(file.getValue())));
    }
    return new Listing(entries);
  }

  private static String digestOf(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (DigestInputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Files as one device. Caller closes.
  static BlockDevice pack(Map<String, Path> files) throws IOException {
    Listing listing = list(files);
    byte[] list = ControlJson.write(listing).getBytes(StandardCharsets.UTF_8);
    if (listing.files().size() > MAX_FILES || list.length > MAX_LIST_BYTES) {
      throw new IOException(
          listing.files().size()
              + " files to send beside the disks, expected at most "
              + MAX_FILES);
    }
    ByteBuffer head = ByteBuffer.allocate(Long.BYTES + list.length).putLong(list.length).put(list);
    Packed packed = new Packed(head.flip());
    try {
      for (Entry entry : listing.files()) {
        packed.add(RawFile.open(files.get(entry.name())), entry.size());
      }
      return packed;
    } catch (IOException e) {
      packed.close();
      throw e;
    }
  }

  /// The list, then each file, none of them in memory.
  private static final class Packed implements BlockDevice {
    private final ByteBuffer head;
    private final List<RawFile> files = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();
    private long size;

    Packed(ByteBuffer head) {
      this.head = head;
      this.size = head.limit();
    }

    void add(RawFile file, long bytes) {
      files.add(file);
      size += bytes;
      ends.add(size);
    }

    @Override
    public long sizeBytes() {
      return size;
    }

    @Override
    public void read(long offset, ByteBuffer target) throws IOException {
      Objects.checkFromIndexSize(offset, (long) target.remaining(), size);
      long at = offset;
      if (at < head.limit()) {
        int length = (int) Math.min(target.remaining(), head.limit() - at);
        target.put(head.slice((int) at, length));
        at += length;
      }
      for (int i = 0; target.hasRemaining(); i++) {
        long start = i == 0 ? head.limit() : ends.get(i - 1);
        if (at >= ends.get(i)) {
          continue;
        }
        ByteBuffer part = target.slice();
        part.limit((int) Math.min(part.limit(), ends.get(i) - at));
        int length = part.limit();
        files.get(i).read(at - start, part);
        target.position(target.position() + length);
        at += length;
      }
    }

    @Override
    public List<Extent> extents(long offset, long length, int limit) {
      Objects.checkFromIndexSize(offset, length, size);
      return length == 0 ? List.of() : List.of(new Extent(offset, length, Extent.Kind.DATA));
    }

    @Override
    public void close() throws IOException {
      for (RawFile file : files) {
        file.close();
      }
    }
  }

  // ---- unpacking

  /// The list of a pack, checked.
  static Listing listing(BlockDevice pack) throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES);
    requireSize(pack, Long.BYTES);
    pack.read(0, length);
    long bytes = length.flip().getLong();
    if (bytes < 0 || bytes > MAX_LIST_BYTES) {
      throw new IOException(
          "a list of files of %d bytes, expected at most %d".formatted(bytes, MAX_LIST_BYTES));
    }
    requireSize(pack, Long.BYTES + bytes);
    ByteBuffer text = ByteBuffer.allocate((int) bytes);
    pack.read(Long.BYTES, text);
    Listing listing =
        ControlJson.read(StandardCharsets.UTF_8.decode(text.flip()).toString(), Listing.class);
    check(listing, pack.sizeBytes() - Long.BYTES - bytes);
    return listing;
  }

  private static void requireSize(BlockDevice pack, long bytes) throws IOException {
    if (pack.sizeBytes() < bytes) {
      throw new IOException(
          "a pack of files of %d bytes, expected at least %d".formatted(pack.sizeBytes(), bytes));
    }
  }

  private static void check(Listing listing, long contentBytes) throws IOException {
    if (listing.files() == null || listing.files().size() > MAX_FILES) {
      throw new IOException("a list of files with none or too many, expected up to " + MAX_FILES);
    }
    Set<String> names = new HashSet<>();
    long total = 0;
    for (Entry entry : listing.files()) {
      requirePlain(entry.name());
      if (!names.add(entry.name())) {
        throw new IOException("a list of files names '" + entry.name() + "' twice");
      }
      if (entry.size() < 0 || entry.size() > contentBytes - total) {
        throw new IOException(
            "file '%s' of %d bytes in a pack that has %d left"
                .formatted(entry.name(), entry.size(), contentBytes - total));
      }
      total += entry.size();
    }
    if (total != contentBytes) {
      throw new IOException(
          "a pack has %d bytes of files, and its list names %d".formatted(contentBytes, total));
    }
  }

  /// A name within one directory, that shows as what it is.
  private static void requirePlain(String name) throws IOException {
    boolean plain =
        name != null
            && !name.isEmpty()
            && name.length() <= MAX_NAME
            && !name.equals(".")
            && !name.equals("..")
            && name.chars().allMatch(c -> c >= ' ' && c != '/' && c != '\\' && c != 0x7f);
    if (!plain) {
      throw new IOException(
          "'%s' is no name of a file in one directory; expected at most %d characters, none of them / or \\"
              .formatted(
                  name == null
                      ? ""
                      : name.replaceAll("[^ -~]", "?")
                          .substring(0, Math.min(name.length(), MAX_NAME)),
                  MAX_NAME));
    }
  }

  /// Writes files of a pack, each complete or absent, in place of whatever has its name.
  ///
  /// @param target where a file of that name goes; nowhere if empty
  /// @param written is told of each
  static void unpack(
      BlockDevice pack, Function<String, Optional<Path>> target, BiConsumer<Entry, Path> written)
      throws IOException {
    Listing listing = listing(pack);
    long at = pack.sizeBytes() - listing.files().stream().mapToLong(Entry::size).sum();
    for (Entry entry : listing.files()) {
      Optional<Path> path = target.apply(entry.name());
      if (path.isPresent()) {
        write(pack, at, entry, path.get());
        written.accept(entry, path.get());
      }
      at += entry.size();
    }
  }

  private static void write(BlockDevice pack, long start, Entry entry, Path target)
      throws IOException {
    if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target + " is a directory; a file is to be there");
    }
    Path part = target.resolveSibling("." + target.getFileName() + ".landfall");
    Files.deleteIfExists(part); // of a landing that was broken off
    try {
      MessageDigest digest = sha256();
      try (DigestOutputStream out =
          new DigestOutputStream(
              Files.newOutputStream(part, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              digest)) {
        for (long at = 0; at < entry.size(); ) {
          ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE_BYTES, entry.size() - at));
          pack.read(start + at, piece);
          out.write(piece.array(), 0, piece.capacity());
          at += piece.capacity();
        }
      }
      if (!HexFormat.of().formatHex(digest.digest()).equals(entry.sha256())) {
        throw new IOException("file '" + entry.name() + "' did not arrive as it was sent");
      }
      DurableFiles.sync(part);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.syncDirectory(target.getParent());
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }
}
