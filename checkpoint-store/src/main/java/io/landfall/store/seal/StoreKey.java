package io.landfall.store.seal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;

/// The key of encrypted stores, 32 bytes from a file that only its owner may read.
///
/// One key may serve several stores: what is used is derived from it and the store's UUID, so that
/// the same content has other names in each.
public final class StoreKey {
  /// Bytes of a key.
  public static final int SIZE_BYTES = 32;

  private static final int MAX_FILE_BYTES = 256;
  private static final Set<PosixFilePermission> NOT_OF_OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final byte[] key;

  private StoreKey(byte[] key) {
    this.key = key;
  }

  /// Reads a key: 32 bytes as they are, or as base64 on one line.
  ///
  /// @throws KeyRefusedException if the file is something else, or others may read it
  public static StoreKey read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new KeyRefusedException(file + ": no such key file");
    }
    EnumSet<PosixFilePermission> tooMuch = EnumSet.copyOf(NOT_OF_OTHERS);
    tooMuch.retainAll(Files.getPosixFilePermissions(file));
    if (!tooMuch.isEmpty()) {
      throw new KeyRefusedException(file + ": others may read or write the key; chmod 600");
    }
    ByteBuffer bytes = ByteBuffer.allocate(MAX_FILE_BYTES + 1);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
        // Until the end, which must come before the buffer's.
      }
    }
    byte[] content = new byte[bytes.flip().remaining()];
    bytes.get(content);
    return new StoreKey(content.length == SIZE_BYTES ? content : decoded(file, content));
  }

  private static byte[] decoded(Path file, byte[] content) throws KeyRefusedException {
    try {
      String text = new String(content, StandardCharsets.US_ASCII).strip();
      byte[] key = Base64.getDecoder().decode(text);
      if (content.length <= MAX_FILE_BYTES && key.length == SIZE_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException e) {
      throw notAKey(file);
    }
    throw notAKey(file);
  }

  private static KeyRefusedException notAKey(Path file) {
    return new KeyRefusedException(
        file + ": not a key, which is 32 bytes as they are or in base64; openssl rand -base64 32");
  }

  /// Makes a file with a new random key, of mode 0600.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException if there is something at `file`
  public static void create(Path file) throws IOException {
    byte[] key = new byte[SIZE_BYTES];
    new SecureRandom().nextBytes(key);
    String text = Base64.getEncoder().encodeToString(key) + "\n";
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
  }

  /// What a store keeps to tell this key from others: nothing that helps to find it.
  public String check(UUID store) {
    return HexFormat.of().formatHex(derive(store, "check"));
  }

  /// The seal of the store called `store`.
  public Seal seal(UUID store) {
    return new AesSeal(derive(store, "ids"), derive(store, "chunks"), derive(store, "records"));
  }

  private byte[] derive(UUID store, String use) {
    byte[] salt =
        ByteBuffer.allocate(2 * Long.BYTES)
            .putLong(store.getMostSignificantBits())
            .putLong(store.getLeastSignificantBits())
            .array();
    byte[] info = ("landfall store 1 " + use).getBytes(StandardCharsets.US_ASCII);
    try {
      return KDF.getInstance("HKDF-SHA256")
          .deriveData(
              HKDFParameterSpec.ofExtract().addIKM(key).addSalt(salt).thenExpand(info, SIZE_BYTES));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Java 25 has HKDF-SHA256", e);
    }
  }

  /// Nothing of the key.
  @Override
  public String toString() {
    return "StoreKey";
  }
}
