package io.landfall.transfer.tree;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.message.Limits;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Everything in a tree but the content of its files; directories before what is in them.
///
/// @param entries in the order in which they can be made
public record TreeListing(List<TreeEntry> entries) {
  /// Entries of one tree.
  public static final int MAX_ENTRIES = 1_000_000;

  /// Bytes of a listing on the wire.
  static final int MAX_BYTES = 256 << 20;

  private static final int MAX_COMPONENT_BYTES = 255;
  private static final int MAX_DEPTH = 64;
  private static final int MAX_TARGET_CHARS = 4095;
  private static final JsonMapper JSON = JsonMapper.builder().build();

  public TreeListing {
    entries = List.copyOf(entries);
  }

  byte[] toBytes() {
    return JSON.writeValueAsBytes(this);
  }

  /// Reads what a peer sent and believes nothing of it: no name leads out of the tree, through a
  /// link, or twice to one place.
  static TreeListing parse(byte[] bytes) throws ProtocolException {
    TreeListing listing;
    try {
      listing = JSON.readValue(bytes, TreeListing.class);
    } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
      throw refused("the listing of the tree is none: " + e.getMessage());
    }
    listing.check();
    return listing;
  }

  private void check() throws ProtocolException {
    if (entries.size() > MAX_ENTRIES) {
      throw refused(entries.size() + " names, expected at most " + MAX_ENTRIES);
    }
    Map<String, TreeEntry> seen = new HashMap<>();
    long packed = 0;
    for (TreeEntry entry : entries) {
      requireName(entry.path());
      requireParent(entry.path(), seen);
      if (seen.put(entry.path(), entry) != null) {
        throw refused("'" + entry.path() + "' comes twice");
      }
      requireSound(entry, seen);
      if (entry.small()) {
        if (entry.packOffset() != packed) {
          throw refused("'" + entry.path() + "' is not where the pack goes on");
        }
        packed += entry.sizeBytes();
      }
    }
  }

  /// A relative name of plain components.
  static void requireName(String path) throws ProtocolException {
    String[] components = path.split("/", -1);
    if (components.length > MAX_DEPTH) {
      throw refused(
          "a name of " + components.length + " components, expected at most " + MAX_DEPTH);
    }
    for (String component : components) {
      boolean plain =
          !component.isEmpty()
              && !component.equals(".")
              && !component.equals("..")
              && component.indexOf('\0') < 0
              && component.getBytes(StandardCharsets.UTF_8).length <= MAX_COMPONENT_BYTES;
      if (!plain) {
        throw refused("the name '" + shown(path) + "' is not a plain name inside the tree");
      }
    }
  }

  private static void requireParent(String path, Map<String, TreeEntry> seen)
      throws ProtocolException {
    int slash = path.lastIndexOf('/');
    if (slash >= 0) {
      TreeEntry parent = seen.get(path.substring(0, slash));
      if (parent == null || parent.kind() != TreeEntry.Kind.DIRECTORY) {
        throw refused("'" + shown(path) + "' is in no directory of the tree");
      }
    }
  }

  private static void requireSound(TreeEntry entry, Map<String, TreeEntry> seen)
      throws ProtocolException {
    String path = shown(entry.path());
    boolean sizeFits = entry.sizeBytes() >= 0 && entry.sizeBytes() <= Limits.MAX_IMAGE_BYTES;
    if ((entry.mode() & ~0777) != 0 || !sizeFits) {
      throw refused(
          "'"
              + path
              + "' has mode "
              + Integer.toOctalString(entry.mode())
              + " and size "
              + entry.sizeBytes());
    }
    switch (entry.kind()) {
      case DIRECTORY -> {}
      case FILE -> {
        if (entry.small() && entry.sizeBytes() >= TreeSource.LARGE_BYTES) {
          throw refused("the file '" + path + "' is neither small nor large");
        }
      }
      case SYMLINK -> requireInside(entry.path(), entry.target().orElse(""));
      case HARDLINK -> {
        TreeEntry original = seen.get(entry.target().orElse(""));
        if (original == null || original.kind() != TreeEntry.Kind.FILE) {
          throw refused("the hard link '" + path + "' is of no file before it");
        }
      }
    }
  }

  /// A symbolic link stays in its tree, as words: nothing is looked up.
  static void requireInside(String path, String target) throws ProtocolException {
    int depth = path.split("/", -1).length - 1;
    boolean fits =
        !target.isEmpty()
            && target.length() <= MAX_TARGET_CHARS
            && !target.startsWith("/")
            && target.indexOf('\0') < 0;
    for (String component : target.split("/", -1)) {
      depth += component.equals("..") ? -1 : component.isEmpty() || component.equals(".") ? 0 : 1;
      fits &= depth >= 0;
    }
    if (!fits) {
      throw refused(
          "the symbolic link '"
              + shown(path)
              + "' leads out of the tree, to '"
              + shown(target)
              + "'");
    }
  }

  static ProtocolException refused(String sentence) {
    return new ProtocolException(ErrorCode.PROTOCOL_VIOLATION, sentence);
  }

  private static String shown(String text) {
    String plain = text.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= 200 ? plain : plain.substring(0, 200) + "…";
  }

  /// Bytes of all files together.
  public long totalBytes() {
    return entries.stream().mapToLong(TreeEntry::sizeBytes).sum();
  }

  long packBytes() {
    return entries.stream().filter(TreeEntry::small).mapToLong(TreeEntry::sizeBytes).sum();
  }
}
