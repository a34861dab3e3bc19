package io.landfall.transfer.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path directory;

  private PoolAuthority pool() throws IOException {
    return PoolAuthority.init(directory.resolve("pool"));
  }

  @Test
  void issuedDirectoryIsLaidOutAsQemuWantsItAndKeysAreForTheirOwner() throws Exception {
    Path made =
        pool().issue(PoolIdentity.host("exec1.example.org"), List.of("10.0.0.7", "::1"), DAY);
    try (Stream<Path> files = Files.list(made)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "ca-cert.pem",
              "server-cert.pem",
              "server-key.pem",
              "client-cert.pem",
              "client-key.pem",
              "pool-key");
    }
    for (String secret : List.of("server-key.pem", "client-key.pem", "pool-key")) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made.resolve(secret))))
          .isEqualTo("rw-------");
    }
    X509Certificate server = PemFiles.certificate(made.resolve("server-cert.pem"));
    assertThat(server.getSubjectAlternativeNames())
        .contains(List.of(2, "exec1.example.org"), List.of(7, "10.0.0.7"));
    assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(PoolIdentity.of(server)).isEqualTo(PoolIdentity.host("exec1.example.org"));
  }

  @Test
  void credentialsOfAHostServeAndDial() throws Exception {
    Path made = pool().issue(PoolIdentity.host("exec1"), List.of(), DAY);
    PoolCredentials credentials = PoolCredentials.read(made);
    assertThat(credentials.identity()).isEqualTo(PoolIdentity.host("exec1"));
    assertThat(credentials.poolKey()).hasValueSatisfying(key -> assertThat(key).hasSize(32));
    for (SslContext context : List.of(credentials.client(), credentials.server())) {
      SSLEngine engine = context.newEngine(ByteBufAllocator.DEFAULT);
      assertThat(engine.getEnabledProtocols()).contains("TLSv1.3").doesNotContain("TLSv1.2");
      io.netty.util.ReferenceCountUtil.release(engine);
    }
  }

  @Test
  void userMayOnlyAsk() throws Exception {
    Path made = pool().issue(PoolIdentity.user("ann"), List.of(), DAY);
    PoolCredentials credentials = PoolCredentials.read(made);
    assertThat(credentials.identity()).isEqualTo(PoolIdentity.user("ann"));
    assertThat(credentials.poolKey()).isEmpty();
    assertThatThrownBy(credentials::server).hasMessageContaining("no server certificate");
  }

  @Test
  void secondInitLeavesThePoolAsItIs() throws Exception {
    PoolAuthority first = pool();
    first.issue(PoolIdentity.host("a"), List.of(), DAY);
    assertThatThrownBy(this::pool).hasMessageContaining("holds a pool already");
    Path later =
        PoolAuthority.open(directory.resolve("pool")).issue(PoolIdentity.host("b"), List.of(), DAY);
    assertThat(later.resolve("ca-cert.pem"))
        .hasSameBinaryContentAs(directory.resolve("pool/hosts/a/ca-cert.pem"));
  }

  @Test
  void whatEveryPeerWouldRefuseIsRefusedWithItsName() throws Exception {
    PoolAuthority pool = pool();
    Path expired = pool.issue(PoolIdentity.host("old"), List.of(), Duration.ofMinutes(-1));
    assertThatThrownBy(() -> PoolCredentials.read(expired))
        .hasMessageContaining("client-cert.pem is valid from")
        .hasMessageContaining("landfall pool issue");

    Path mixed = pool.issue(PoolIdentity.host("mixed"), List.of(), DAY);
    PoolAuthority other = PoolAuthority.init(directory.resolve("other"));
    Files.copy(
        other.issue(PoolIdentity.host("x"), List.of(), DAY).resolve("ca-cert.pem"),
        mixed.resolve("ca-cert.pem"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> PoolCredentials.read(mixed))
        .hasMessageContaining("is not of the pool");

    Path open = pool.issue(PoolIdentity.host("open"), List.of(), DAY);
    Files.setPosixFilePermissions(
        open.resolve("client-key.pem"), PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> PoolCredentials.read(open)).hasMessageContaining("chmod 600");

    assertThatThrownBy(() -> PoolCredentials.read(directory))
        .hasMessageContaining("has no ca-cert.pem");
  }

  @Test
  void nameThatLeavesTheDirectoryIsNoName() {
    for (String name : List.of("../x", "a/b", "", "a,OU=host", ".hidden", "x".repeat(64))) {
      assertThatThrownBy(() -> PoolIdentity.host(name))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(PoolIdentity.host(InetAddress.getLoopbackAddress().getHostAddress())).isNotNull();
  }
}
