package io.landfall.snapshot.filesystem;

import static io.landfall.snapshot.filesystem.PartitionBytes.u16;
import static io.landfall.snapshot.filesystem.PartitionBytes.u32;

import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.filesystem.FileEntry.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/// Lists ext2, ext3 and ext4: superblock, group descriptors, inodes, and the blocks of directories,
/// by extents or by block maps. A hashed directory is read block by block, as old kernels do.
final class Ext4Files {
  private static final int SUPERBLOCK = 1024;
  private static final int MAGIC = 0xEF53;
  private static final int ROOT_INODE = 2;
  private static final long MAX_DIRECTORY_BYTES = 64L << 20;

  private static final int HAS_JOURNAL = 0x4;
  private static final int META_BG = 0x10;
  private static final int EXTENTS = 0x40;
  private static final int SIXTY_FOUR_BIT = 0x80;
  private static final int INLINE_DATA = 0x10000000;

  private final PartitionBytes bytes;
  private final Listing listing;
  private final ByteBuffer superblock;
  private final int blockSize;

  private Ext4Files(PartitionBytes bytes, Listing listing, ByteBuffer superblock)
      throws CorruptImageException {
    this.bytes = bytes;
    this.listing = listing;
    this.superblock = superblock;
    long shift = u32(superblock, 24);
    if (shift > 6) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, "ext4: blocks of 2^" + (shift + 10) + " bytes");
    }
    this.blockSize = 1024 << shift;
  }

  /// The name of the file system, if it is one of these.
  static Optional<String> probe(PartitionBytes bytes) throws IOException {
    if (!bytes.has(SUPERBLOCK, 1024)) {
      return Optional.empty();
    }
    ByteBuffer superblock = bytes.read(SUPERBLOCK, 1024);
    if (u16(superblock, 56) != MAGIC) {
      return Optional.empty();
    }
    boolean extents = (superblock.getInt(96) & EXTENTS) != 0;
    boolean journal = (superblock.getInt(92) & HAS_JOURNAL) != 0;
    return Optional.of(extents ? "ext4" : journal ? "ext3" : "ext2");
  }

  static void list(PartitionBytes bytes, Listing listing) throws IOException {
    Ext4Files files = new Ext4Files(bytes, listing, bytes.read(SUPERBLOCK, 1024));
    if ((files.superblock.getInt(96) & META_BG) != 0) {
      throw new CorruptImageException(
          Reason.UNSUPPORTED, "ext4: with meta block groups, which are not read here");
    }
    files.directory(ROOT_INODE, "", 0);
  }

  private ByteBuffer inode(long number) throws IOException {
    long perGroup = u32(superblock, 40);
    if (number < 1 || number > u32(superblock, 0) || perGroup == 0) {
      throw new CorruptImageException(
          Reason.INCONSISTENT, "ext4: inode " + number + " of " + u32(superblock, 0));
    }
    boolean wide = (superblock.getInt(96) & SIXTY_FOUR_BIT) != 0;
    int descriptorSize = wide ? Math.max(32, u16(superblock, 254)) : 32;
    long table = (u32(superblock, 20) + 1) * blockSize;
    ByteBuffer group = bytes.read(table + (number - 1) / perGroup * descriptorSize, descriptorSize);
    long inodes = u32(group, 8) | (descriptorSize >= 64 ? u32(group, 40) << 32 : 0);
    int inodeSize = u32(superblock, 76) == 0 ? 128 : u16(superblock, 88);
    return bytes.read(
        blockOffset(inodes) + (number - 1) % perGroup * inodeSize, Math.max(128, inodeSize));
  }

  private long blockOffset(long block) throws CorruptImageException {
    if (block < 0 || block > bytes.range().length() / blockSize) {
      throw new CorruptImageException(
          Reason.BAD_POINTER, "ext4: block " + block + " is beyond the partition");
    }
    return block * blockSize;
  }

  private void directory(long number, String path, int depth) throws IOException {
    if (!listing.enter(number, depth)) {
      return;
    }
    ByteBuffer inode = inode(number);
    long size = u32(inode, 4) | u32(inode, 108) << 32;
    if (size < 0 || size > MAX_DIRECTORY_BYTES) {
      throw new CorruptImageException(
          Reason.OVER_LIMIT,
          "ext4: directory " + path + "/ of " + size + " bytes, expected at most 64 MiB");
    }
    if ((inode.getInt(32) & INLINE_DATA) != 0) {
      return; // a few names within the inode itself
    }
    for (long block = 0; block * blockSize < size; block++) {
      listing.block();
      long physical = physical(inode, block);
      if (physical > 0) {
        entries(bytes.read(blockOffset(physical), blockSize), path, depth);
      }
    }
  }

  private void entries(ByteBuffer block, String path, int depth) throws IOException {
    for (int at = 0; at + 8 <= blockSize; ) {
      int length = u16(block, at + 4);
      int nameLength = Byte.toUnsignedInt(block.get(at + 6));
      if (length < 8 || at + length > blockSize || nameLength > length - 8) {
        return; // a checksum's tail, an index block, or damage
      }
      long inode = u32(block, at);
      byte[] name = new byte[nameLength];
      block.get(at + 8, name);
      String text = new String(name, StandardCharsets.UTF_8);
      if (inode != 0 && nameLength > 0 && !text.equals(".") && !text.equals("..")) {
        entry(inode, path + "/" + Listing.printable(text), depth);
      }
      at += length;
    }
  }

  private void entry(long number, String path, int depth) throws IOException {
    ByteBuffer inode = inode(number);
    Kind kind =
        switch (u16(inode, 0) >> 12) {
          case 4 -> Kind.DIRECTORY;
          case 8 -> Kind.FILE;
          default -> Kind.OTHER;
        };
    long size = kind == Kind.FILE ? u32(inode, 4) | u32(inode, 108) << 32 : 0;
    listing.add(new FileEntry(path, kind, size, Instant.ofEpochSecond(inode.getInt(16))));
    if (kind == Kind.DIRECTORY) {
      directory(number, path, depth + 1);
    }
  }

  /// The block of the file system behind block `logical` of a file, or 0 if it has none.
  private long physical(ByteBuffer inode, long logical) throws IOException {
    if ((inode.getInt(32) & 0x80000) != 0) {
      return inExtents(inode.slice(40, 60).order(inode.order()), logical);
    }
    if (logical < 12) {
      return u32(inode, 40 + (int) logical * 4);
    }
    long perBlock = blockSize / 4;
    long rest = logical - 12;
    long span = perBlock;
    for (int level = 1; level <= 3; level++) {
      if (rest < span) {
        return inMap(u32(inode, 40 + (11 + level) * 4), rest, span / perBlock);
      }
      rest -= span;
      span *= perBlock;
    }
    throw new CorruptImageException(
        Reason.INCONSISTENT, "ext4: block " + logical + " of a file has no place in a map");
  }

  private long inMap(long map, long index, long span) throws IOException {
    if (map == 0) {
      return 0;
    }
    ByteBuffer entries = bytes.read(blockOffset(map), blockSize);
    long next = u32(entries, (int) (index / span) * 4);
    return span == 1 ? next : inMap(next, index % span, span / (blockSize / 4));
  }

  private long inExtents(ByteBuffer root, long logical) throws IOException {
    ByteBuffer node = root;
    for (int level = 0; level <= 5; level++) {
      int entries = u16(node, 2);
      if (u16(node, 0) != 0xF30A || 12 + entries * 12 > node.capacity()) {
        throw new CorruptImageException(Reason.INCONSISTENT, "ext4: a file's extents are damaged");
      }
      if (u16(node, 6) == 0) {
        return inLeaf(node, entries, logical);
      }
      int chosen = -1;
      for (int i = 0; i < entries && u32(node, 12 + i * 12) <= logical; i++) {
        chosen = 12 + i * 12;
      }
      if (chosen < 0) {
        return 0;
      }
      long child = u32(node, chosen + 4) | (long) u16(node, chosen + 8) << 32;
      node = bytes.read(blockOffset(child), blockSize);
    }
    throw new CorruptImageException(
        Reason.OVER_LIMIT, "ext4: a file's extents are more than 5 levels deep");
  }

  private static long inLeaf(ByteBuffer node, int entries, long logical) {
    for (int i = 0; i < entries; i++) {
      int at = 12 + i * 12;
      long first = u32(node, at);
      int length = u16(node, at + 4);
      boolean written = length <= 32768;
      if (logical >= first && logical < first + (written ? length : length - 32768)) {
        long start = u32(node, at + 8) | (long) u16(node, at + 6) << 32;
        return written ? start + logical - first : 0;
      }
    }
    return 0;
  }
}
