package io.landfall.transfer.net;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Certificates as QEMU's `tls-creds-x509` lays them out: `ca-cert.pem`, `server-cert.pem`,
/// `server-key.pem` in one directory.
final class TlsDirectory {
  private static final String AUTHORITY = "ca-cert.pem";
  private static final String CERTIFICATE = "server-cert.pem";
  private static final String KEY = "server-key.pem";

  private TlsDirectory() {}

  /// A server that shows its certificate and wants one of its clients, signed by the same
  /// authority.
  ///
  /// @throws IOException naming the file that is missing or is not what it should be
  static SslContext server(Path directory) throws IOException {
    for (String name : List.of(AUTHORITY, CERTIFICATE, KEY)) {
      if (!Files.isReadable(directory.resolve(name))) {
        throw new IOException(
            directory.resolve(name)
                + ": cannot be read; a TLS directory has %s, %s and %s"
                    .formatted(AUTHORITY, CERTIFICATE, KEY));
      }
    }
    try {
      return SslContextBuilder.forServer(file(directory, CERTIFICATE), file(directory, KEY))
          .trustManager(ClientTrust.of(directory.resolve(AUTHORITY)))
          .clientAuth(ClientAuth.REQUIRE)
          .protocols("TLSv1.3", "TLSv1.2")
          .build();
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "%s: %s; expected certificates and an unencrypted PKCS#8 key, all in PEM"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  private static File file(Path directory, String name) {
    return directory.resolve(name).toFile();
  }
}
