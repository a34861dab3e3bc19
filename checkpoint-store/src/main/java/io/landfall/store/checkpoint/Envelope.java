package io.landfall.store.checkpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// The frame around JSON in a file that is written once. Big-endian.
///
/// ```
///  0  8  magic    names the kind of file
///  8  4  version  1
/// 12  4  length   bytes of JSON, at most 16 MiB
/// 16     JSON     UTF-8
///    32  digest   SHA-256 of everything before
/// ```
///
/// The text can be read with `strings`; a flipped bit anywhere is found before a character of it is
/// believed.
enum Envelope {
  /// The store's FORMAT file.
  FORMAT("LFSTORE\n"),
  /// A checkpoint record.
  RECORD("LFCKPT\r\n"),
  /// A checkpoint record of an encrypted store: in the place of JSON stands what the store's key
  /// opens to it.
  SEALED_RECORD("LFCKPTS\n"),
  /// What garbage collection leaves for the next attempt of an ingest that broke off.
  UNFINISHED("LFUNFIN\n");

  static final int VERSION = 1;
  private static final int MAX_JSON_BYTES = 16 << 20;
  private static final int PROLOGUE_BYTES = 16;
  private static final int DIGEST_BYTES = 32;

  private final String magic;

  Envelope(String magic) {
    this.magic = magic;
  }

  private byte[] magicBytes() {
    return magic.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] seal(byte[] json) {
    if (json.length > MAX_JSON_BYTES) {
      throw new IllegalArgumentException(
          this + ": " + json.length + " bytes, expected at most " + MAX_JSON_BYTES);
    }
    ByteBuffer file = ByteBuffer.allocate(PROLOGUE_BYTES + json.length + DIGEST_BYTES);
    file.put(magicBytes()).putInt(VERSION).putInt(json.length).put(json);
    return file.put(digest(file.duplicate().flip())).array();
  }

  byte[] open(byte[] file, Path path) throws DamagedStoreException {
    if (file.length < PROLOGUE_BYTES + DIGEST_BYTES) {
      throw new DamagedStoreException(path, "only " + file.length + " bytes: cut off");
    }
    ByteBuffer bytes = ByteBuffer.wrap(file);
    ByteBuffer expected = ByteBuffer.wrap(magicBytes());
    if (!bytes.slice(0, expected.remaining()).equals(expected)) {
      throw new DamagedStoreException(path, "does not start as a " + this + " file does");
    }
    int end = file.length - DIGEST_BYTES;
    if (!ByteBuffer.wrap(digest(bytes.slice(0, end))).equals(bytes.slice(end, DIGEST_BYTES))) {
      throw new DamagedStoreException(path, "does not agree with its digest");
    }
    if (bytes.getInt(8) != VERSION) {
      throw new DamagedStoreException(
          path,
          "format version "
              + bytes.getInt(8)
              + ", this version of Landfall reads "
              + VERSION
              + ": use a newer Landfall");
    }
    if (bytes.getInt(12) != end - PROLOGUE_BYTES) {
      throw new DamagedStoreException(path, "announces " + bytes.getInt(12) + " bytes of JSON");
    }
    return Arrays.copyOfRange(file, PROLOGUE_BYTES, end);
  }

  private static byte[] digest(ByteBuffer bytes) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(bytes);
      return sha256.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
