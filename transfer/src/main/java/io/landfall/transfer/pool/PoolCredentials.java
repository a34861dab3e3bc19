package io.landfall.transfer.pool;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// What a host or a user has from its pool, read from the directory that `landfall pool issue`
/// made: TLS 1.3 in which both sides prove that they belong to the pool.
public final class PoolCredentials {
  static final String CA_CERT = "ca-cert.pem";
  static final String POOL_KEY = "pool-key";
  private static final String TLS = "TLSv1.3";
  private static final int MIN_POOL_KEY_BYTES = 32;

  private final PoolIdentity identity;
  private final SslContext client;
  private final Optional<SslContext> server;
  private final Optional<byte[]> poolKey;
  private final Instant validUntil;

  private PoolCredentials(
      PoolIdentity identity,
      SslContext client,
      Optional<SslContext> server,
      Optional<byte[]> poolKey,
      Instant validUntil) {
    this.identity = identity;
    this.client = client;
    this.server = server;
    this.poolKey = poolKey;
    this.validUntil = validUntil;
  }

  /// Reads a directory.
  ///
  /// @throws IOException naming the file that is missing, expired, readable by others or of another
  ///   pool, and what to do
  public static PoolCredentials read(Path directory) throws IOException {
    if (!Files.isRegularFile(directory.resolve(CA_CERT))) {
      throw new IOException(
          directory
              + " has no "
              + CA_CERT
              + "; make it with: landfall pool issue HOST, and copy that directory here");
    }
    X509Certificate ca = PemFiles.certificate(directory.resolve(CA_CERT));
    X509Certificate certificate = own(directory, "client", ca);
    SslContextBuilder client =
        SslContextBuilder.forClient()
            .keyManager(PemFiles.key(directory.resolve("client-key.pem")), certificate)
            .endpointIdentificationAlgorithm("HTTPS");
    return new PoolCredentials(
        PoolIdentity.of(certificate),
        build(client, ca),
        server(directory, ca),
        poolKey(directory.resolve(POOL_KEY)),
        earlier(certificate, ca));
  }

  private static Instant earlier(X509Certificate one, X509Certificate other) {
    Instant first = one.getNotAfter().toInstant();
    Instant second = other.getNotAfter().toInstant();
    return first.isBefore(second) ? first : second;
  }

  private static Optional<SslContext> server(Path directory, X509Certificate ca)
      throws IOException {
    if (!Files.exists(directory.resolve("server-cert.pem"))) {
      return Optional.empty();
    }
    X509Certificate certificate = own(directory, "server", ca);
    PrivateKey key = PemFiles.key(directory.resolve("server-key.pem"));
    return Optional.of(
        build(SslContextBuilder.forServer(key, certificate).clientAuth(ClientAuth.REQUIRE), ca));
  }

  /// A certificate that would only be refused by every peer is refused here, with its name.
  private static X509Certificate own(Path directory, String side, X509Certificate ca)
      throws IOException {
    Path file = directory.resolve(side + "-cert.pem");
    X509Certificate certificate = PemFiles.certificate(file);
    try {
      certificate.checkValidity();
      certificate.verify(ca.getPublicKey());
    } catch (CertificateException e) {
      throw new IOException(
          file
              + " is valid from "
              + certificate.getNotBefore().toInstant()
              + " to "
              + certificate.getNotAfter().toInstant()
              + " only; renew it with: landfall pool issue",
          e);
    } catch (java.security.GeneralSecurityException e) {
      throw new IOException(file + " is not of the pool of the " + CA_CERT + " beside it", e);
    }
    return certificate;
  }

  private static SslContext build(SslContextBuilder builder, X509Certificate ca)
      throws SSLException {
    return builder
        .sslProvider(OpenSsl.isAvailable() ? SslProvider.OPENSSL : SslProvider.JDK)
        .protocols(TLS)
        .trustManager(ca)
        .build();
  }

  private static Optional<byte[]> poolKey(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      byte[] key = HexFormat.of().parseHex(PemFiles.secret(file).strip());
      if (key.length < MIN_POOL_KEY_BYTES) {
        throw new IllegalArgumentException(key.length + " bytes");
      }
      return Optional.of(key);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          file + " must be " + MIN_POOL_KEY_BYTES + " bytes in hexadecimal: " + e.getMessage(), e);
    }
  }

  /// Whom they were issued to.
  public PoolIdentity identity() {
    return identity;
  }

  /// When the first of their certificates ends.
  public Instant validUntil() {
    return validUntil;
  }

  /// TLS for whoever dials: checks that the other side's certificate is of this pool and names the
  /// host that was dialled. Make handlers with `newHandler(allocator, host, port)`.
  public SslContext client() {
    return client;
  }

  /// TLS for whoever listens: asks for a client certificate of this pool and refuses without one.
  ///
  /// @throws IOException if these are a user's, who serves nothing
  public SslContext server() throws IOException {
    return server.orElseThrow(() ->
        new IOException(
            identity + " has no server certificate; listen with one of: landfall pool issue"));
  }

  /// The secret that all hosts of the pool share; users have none.
  public Optional<byte[]> poolKey() {
    return poolKey.map(byte[]::clone);
  }
}
