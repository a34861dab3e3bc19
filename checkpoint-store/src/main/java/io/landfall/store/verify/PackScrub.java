package io.landfall.store.verify;

import io.landfall.protocol.content.ChunkDecoder;
import io.landfall.protocol.content.ChunkHeader;
import io.landfall.protocol.content.ChunkId;
import io.landfall.protocol.content.CorruptChunkException;
import io.landfall.protocol.content.EncodedChunk;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.chunk.ChunkReader;
import io.landfall.store.chunk.DamagedPackException;
import io.landfall.store.chunk.PackDirectory;
import io.landfall.store.chunk.PackEntry;
import io.landfall.store.chunk.PackFile;
import io.landfall.store.chunk.PackHeader;
import io.landfall.store.seal.Seal;
import io.landfall.store.verify.Finding.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/// Reads one pack from its first byte to its last: every record is decoded and hashed, and must be
/// what the table says. Without the key of an encrypted store it is its checksums that are
/// believed.
///
/// One thread.
final class PackScrub {
  /// No record of a sealed pack can be torn.
  private static final long NOT_TORN = Long.MAX_VALUE;

  private final UUID store;
  private final ChunkReader bases;
  private final Seal seal;
  private final ChunkDecoder decoder = new ChunkDecoder();
  private ByteBuffer record =
      ByteBuffer.allocate(ChunkHeader.SIZE_BYTES + ChunkHeader.MAX_PAYLOAD_BYTES);
  private ByteBuffer plain = ByteBuffer.allocate(1 << 20);

  private final List<Finding> findings = new ArrayList<>();
  private final Map<ChunkId, Finding> damaged = new TreeMap<>();
  private final List<PackEntry> intact = new ArrayList<>();
  private long bytesRead;

  PackScrub(CheckpointStore store) {
    this.store = store.uuid();
    this.bases = store.chunks();
    this.seal = store.seal();
  }

  List<Finding> findings() {
    return findings;
  }

  /// The findings about a chunk whose name is known, by that name.
  Map<ChunkId, Finding> damaged() {
    return damaged;
  }

  List<PackEntry> intact() {
    return intact;
  }

  long bytesRead() {
    return bytesRead;
  }

  /// Reads the pack.
  ///
  /// @param needed how far committed checkpoints say that an open pack is durable; what lies behind
  ///   may be being written just now, or was when the power went
  void scrub(long sequence, Path path, long needed) throws IOException {
    try (PackFile pack = PackFile.open(path)) {
      requireOwn(pack.header(), sequence, path);
      if (PackDirectory.isSealed(path)) {
        scrubSealed(pack);
      } else {
        long promised = Math.max(needed, PackHeader.SIZE_BYTES);
        walk(pack, promised, promised, pack.sizeBytes(), Map.of());
      }
    } catch (DamagedPackException e) {
      if (needed == 0 && !PackDirectory.isSealed(path)) {
        return; // made just now, or just before a crash; nobody relies on it
      }
      findings.add(new Finding(Kind.PACK_HEADER, path, 0, e.getMessage(), List.of()));
    }
  }

  private void requireOwn(PackHeader header, long sequence, Path path) {
    if (header.sequence() != sequence || !header.store().equals(store)) {
      String what =
          "%s: is pack %016x of store %s, expected pack %016x of store %s"
              .formatted(path, header.sequence(), header.store(), sequence, store);
      findings.add(new Finding(Kind.PACK_HEADER, path, 0, what, List.of()));
    }
  }

  private void scrubSealed(PackFile pack) throws IOException {
    Map<Long, PackEntry> table = new TreeMap<>();
    long end;
    try {
      end = pack.tableOffset();
      pack.table().forEach(entry -> table.put(entry.offset(), entry));
    } catch (IOException e) {
      findings.add(new Finding(Kind.PACK_TABLE, pack.path(), -1, e.getMessage(), List.of()));
      walk(pack, PackHeader.SIZE_BYTES, NOT_TORN, pack.sizeBytes(), Map.of());
      return;
    }
    walk(pack, end, NOT_TORN, end, table);
    compare(pack, table);
  }

  /// Every row of the table must have been met as it says.
  private void compare(PackFile pack, Map<Long, PackEntry> table) {
    Set<PackEntry> met = new HashSet<>(intact);
    for (PackEntry row : table.values()) {
      if (!met.contains(row) && !damaged.containsKey(row.header().id())) {
        add(pack, row.offset(), row.header().id(), "the table has another record there");
      }
    }
    for (PackEntry entry : intact) {
      if (!entry.equals(table.get(entry.offset()))) {
        add(pack, entry.offset(), null, "a record that the table does not have");
      }
    }
  }

  /// Walks records up to `end`; what is no record is a finding before `mustReach` and the end of
  /// the walk behind it. So is, from `maybeTorn` on, a record whose payload is not what its header
  /// says: recovery believes none from there on either.
  private void walk(
      PackFile pack, long mustReach, long maybeTorn, long end, Map<Long, PackEntry> table)
      throws IOException {
    long at = PackHeader.SIZE_BYTES;
    while (at < end) {
      List<PackEntry> run = pack.scan(at, end);
      for (PackEntry entry : run) {
        if (entry.offset() >= maybeTorn && isTorn(pack, entry)) {
          return;
        }
        check(pack, entry);
        at = entry.end();
      }
      if (at >= mustReach || at >= end) {
        return;
      }
      PackEntry expected = table.get(at);
      add(
          pack,
          at,
          expected == null ? null : expected.header().id(),
          "no chunk header although one must be there");
      at = expected == null ? pack.nextHeader(at + 1, end) : expected.end();
    }
  }

  private EncodedChunk read(PackFile pack, PackEntry entry) throws IOException {
    record.clear().limit(entry.header().totalLength());
    pack.read(entry.offset(), record);
    return EncodedChunk.readFrom(record.flip());
  }

  private boolean isTorn(PackFile pack, PackEntry entry) throws IOException {
    try {
      read(pack, entry).requireIntact();
      return false;
    } catch (CorruptChunkException e) {
      return true;
    }
  }

  private void check(PackFile pack, PackEntry entry) throws IOException {
    ChunkHeader header = entry.header();
    try {
      EncodedChunk chunk = read(pack, entry);
      bytesRead += header.totalLength();
      chunk.requireIntact();
      if (!seal.isOpen()) {
        intact.add(entry);
        return;
      }
      decoder.decodeVerified(
          seal.open(chunk),
          plain.clear().limit(header.rawLength()),
          (base, target) -> bases.read(base, 0, target));
      intact.add(entry);
    } catch (IOException e) {
      add(pack, entry.offset(), header.id(), e.getMessage());
    }
  }

  private void add(PackFile pack, long offset, ChunkId id, String what) {
    Finding finding = new Finding(Kind.CHUNK, pack.path(), offset, what, List.of());
    if (id == null) {
      findings.add(finding);
    } else {
      damaged.putIfAbsent(id, finding);
    }
  }
}
