package io.landfall.transfer.pool;

import io.landfall.transfer.pool.Certificates.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/// The authority of a pool: whoever has its directory decides who belongs to the pool.
public final class PoolAuthority {
  /// How long the authority itself is valid.
  public static final Duration AUTHORITY_VALIDITY = Duration.ofDays(3650);

  private static final int POOL_KEY_BYTES = 32;
  private static final String KEY = "ca-key.pem";

  private final Path directory;
  private final Issued authority;

  private PoolAuthority(Path directory, Issued authority) {
    this.directory = directory;
    this.authority = authority;
  }

  /// Makes a pool in `directory`.
  ///
  /// @throws IOException if there is one already, which is left as it is
  public static PoolAuthority init(Path directory) throws IOException {
    makeDirectory(directory);
    if (Files.exists(directory.resolve(KEY))) {
      throw new IOException(
          directory + " holds a pool already; name another directory, or issue from that one");
    }
    try {
      byte[] poolKey = new byte[POOL_KEY_BYTES];
      new SecureRandom().nextBytes(poolKey);
      Issued made = Certificates.authority("Landfall pool", AUTHORITY_VALIDITY);
      PemFiles.writeSecret(
          directory.resolve(PoolCredentials.POOL_KEY), HexFormat.of().formatHex(poolKey) + "\n");
      PemFiles.write(directory.resolve(PoolCredentials.CA_CERT), made.certificate());
      PemFiles.write(directory.resolve(KEY), made.key(), made.certificate().getPublicKey());
      return new PoolAuthority(directory, made);
    } catch (GeneralSecurityException e) {
      throw new IOException("making an authority: " + e.getMessage(), e);
    }
  }

  /// Opens the pool that [#init] made.
  public static PoolAuthority open(Path directory) throws IOException {
    if (!Files.exists(directory.resolve(KEY))) {
      throw new IOException(
          directory + " holds no authority; make one with: landfall pool init " + directory);
    }
    return new PoolAuthority(
        directory,
        new Issued(
            PemFiles.certificate(directory.resolve(PoolCredentials.CA_CERT)),
            PemFiles.key(directory.resolve(KEY))));
  }

  /// Issues (or renews) what a host or a user needs.
  ///
  /// @param also further names and addresses that a host is dialled by
  /// @param validity from now on
  /// @return the directory with it, to be copied to where it belongs
  public Path issue(PoolIdentity identity, List<String> also, Duration validity)
      throws IOException {
    boolean host = identity.kind() == PoolIdentity.Kind.HOST;
    Path kind = directory.resolve(host ? "hosts" : "users");
    makeDirectory(kind);
    Path target = kind.resolve(identity.name());
    makeDirectory(target);
    try {
      PemFiles.write(target.resolve(PoolCredentials.CA_CERT), authority.certificate());
      write(target, "client", identity, KeyPurposeId.id_kp_clientAuth, List.of(), validity);
      if (host) {
        List<String> names = new ArrayList<>(List.of(identity.name()));
        names.addAll(also);
        write(target, "server", identity, KeyPurposeId.id_kp_serverAuth, names, validity);
        PemFiles.writeSecret(
            target.resolve(PoolCredentials.POOL_KEY),
            PemFiles.secret(directory.resolve(PoolCredentials.POOL_KEY)));
      }
      return target;
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("issuing for " + identity + ": " + e.getMessage(), e);
    }
  }

  private void write(
      Path target,
      String side,
      PoolIdentity identity,
      KeyPurposeId purpose,
      List<String> names,
      Duration validity)
      throws IOException, GeneralSecurityException {
    Issued issued = Certificates.issue(authority, identity, purpose, names, validity);
    PemFiles.write(target.resolve(side + "-cert.pem"), issued.certificate());
    PemFiles.write(
        target.resolve(side + "-key.pem"), issued.key(), issued.certificate().getPublicKey());
  }

  private static void makeDirectory(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }
  }
}
