package io.landfall.transfer.pool;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/// Certificates and keys as PEM files, keys for their owner's eyes only.
final class PemFiles {
  private static final int MAX_BYTES = 64 << 10;
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private PemFiles() {}

  static void write(Path file, X509Certificate certificate)
      throws IOException, GeneralSecurityException {
    replace(file, pem("CERTIFICATE", certificate.getEncoded()), "rw-r--r--");
  }

  /// Writes an EC key with its public half inside, as OpenSSL does: GnuTLS, which QEMU and libnbd
  /// read keys with, takes no other, and the JDK's own encoding leaves that half out.
  static void write(Path file, PrivateKey key, PublicKey itsPublic) throws IOException {
    SubjectPublicKeyInfo info = SubjectPublicKeyInfo.getInstance(itsPublic.getEncoded());
    ECPrivateKey curve = (ECPrivateKey) key;
    var both =
        new org.bouncycastle.asn1.sec.ECPrivateKey(
            curve.getParams().getOrder().bitLength(),
            curve.getS(),
            info.getPublicKeyData(),
            info.getAlgorithm().getParameters());
    writeSecret(
        file, pem("PRIVATE KEY", new PrivateKeyInfo(info.getAlgorithm(), both).getEncoded()));
  }

  static void writeSecret(Path file, String text) throws IOException {
    replace(file, text, "rw-------");
  }

  /// Made with its permissions: a key is at no moment there for others.
  private static void replace(Path file, String text, String permissions) throws IOException {
    Path temporary = file.resolveSibling("." + file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try (FileChannel channel =
        FileChannel.open(
            temporary,
            EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)))) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String pem(String what, byte[] encoded) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + LINES.encodeToString(encoded)
        + "\n-----END "
        + what
        + "-----\n";
  }

  static X509Certificate certificate(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
    } catch (GeneralSecurityException e) {
      throw new IOException(file + " is no PEM certificate: " + e.getMessage(), e);
    }
  }

  static PrivateKey key(Path file) throws IOException {
    String text = secret(file);
    try {
      String body = text.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
      return KeyFactory.getInstance("EC")
          .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " is no PEM private key: " + e.getMessage(), e);
    }
  }

  /// Reads a secret that only its owner may read.
  ///
  /// @throws IOException if others may; the message says how to mend it
  static String secret(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (permissions.contains(PosixFilePermission.OTHERS_READ)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)
        || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
      throw new IOException(
          file
              + " is a secret with mode "
              + PosixFilePermissions.toString(permissions)
              + "; mend it with: chmod 600 "
              + file);
    }
    long size = Files.size(file);
    if (size > MAX_BYTES) {
      throw new IOException(file + " has " + size + " bytes, expected at most " + MAX_BYTES);
    }
    return Files.readString(file, StandardCharsets.US_ASCII);
  }
}
