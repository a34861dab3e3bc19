package io.landfall.protocol.message;

/// The bounds of the wire, in one place: a peer that passes one is refused before anything is
/// allocated for it.
public final class Limits {
  /// Bytes of a DATA frame before compression.
  public static final int MAX_DATA_BYTES = 1 << 20;

  /// Bytes of a DATA frame as sent: what incompressible data may grow to.
  public static final int MAX_DATA_WIRE_BYTES = MAX_DATA_BYTES + (64 << 10);

  /// Bytes of the UTF-8 text of a REQUEST, REPLY or NOTICE.
  public static final int MAX_TEXT_BYTES = 4 << 20;

  /// Bytes of any other frame's payload.
  public static final int MAX_SMALL_BYTES = 256 << 10;

  /// Bytes of an image: 16 TiB.
  public static final long MAX_IMAGE_BYTES = 1L << 44;

  /// Bytes of the ids of one manifest: 4 TiB of 256 KiB chunks.
  public static final long MAX_MANIFEST_BYTES = 512L << 20;

  /// Bytes of a name: of a node, an export, a source's stamp.
  public static final int MAX_NAME_BYTES = 1024;

  /// Bytes of an error's sentence.
  public static final int MAX_SENTENCE_BYTES = 4096;

  /// Extents of a MAPPED frame.
  public static final int MAX_EXTENTS = 4096;

  /// Ids of a MANIFEST frame: 128 KiB.
  public static final int MAX_IDS = 4096;

  /// Runs of ids of a MANIFEST frame.
  public static final int MAX_ID_RUNS = 2048;

  /// Ranges of a MARK frame.
  public static final int MAX_RANGES = 4096;

  /// Bytes that one WANT may ask for.
  public static final int MAX_WANT_BYTES = 16 << 20;

  /// Checksums of a PAGES frame: those of a WANT's bytes.
  public static final int MAX_PAGES = MAX_WANT_BYTES / 4096;

  /// Data connections of one link.
  public static final int MAX_DATA_CONNECTIONS = 8;

  /// WANTs that one connection may have unanswered.
  public static final int MAX_WANTS = 1024;

  /// Exports that one link may have open.
  public static final int MAX_HANDLES = 1024;

  /// REQUESTs that one link may have unanswered.
  public static final int MAX_REQUESTS = 64;

  private Limits() {}
}
