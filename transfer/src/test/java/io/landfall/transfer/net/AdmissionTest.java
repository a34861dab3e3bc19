package io.landfall.transfer.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.net.PeerIdentity.Proof;
import io.landfall.transfer.pool.LocalKeys;
import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolCredentials;
import io.landfall.transfer.pool.PoolIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who is let in, who is not, and what each of them is told.
@Timeout(60)
class AdmissionTest {
  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path directory;
  private final BlockingQueue<Peer> accepted = new LinkedBlockingQueue<>();
  private final List<Endpoint> endpoints = new ArrayList<>();
  private PoolAuthority pool;

  @AfterEach
  void close() {
    endpoints.forEach(Endpoint::close);
  }

  private Endpoint endpoint(String name, Admission admission) {
    Endpoint endpoint = Endpoint.open(EndpointSettings.of(name), admission);
    endpoints.add(endpoint);
    return endpoint;
  }

  private InetSocketAddress listen(Admission admission) throws IOException {
    return endpoint("server", admission)
        .listen(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
            peer -> {
              peer.onRequest(json -> "re:" + json);
              accepted.add(peer);
            });
  }

  private PoolAuthority pool() throws IOException {
    if (pool == null) {
      pool = PoolAuthority.init(directory.resolve("pool"));
    }
    return pool;
  }

  private PoolCredentials host(String name) throws IOException {
    return PoolCredentials.read(pool().issue(PoolIdentity.host(name), List.of("127.0.0.1"), DAY));
  }

  /// Members of the pool without the key files of this machine, as if they were on others.
  private static Admission member(PoolCredentials credentials, Encryption encryption) {
    return new Admission(encryption, Optional.of(credentials), Optional.empty());
  }

  private Peer linked(Admission from, InetSocketAddress to) throws Exception {
    Peer peer = endpoint("client", from).connect(to);
    assertThat(peer.request("{}")).isEqualTo("re:{}");
    return peer;
  }

  private Peer acceptedPeer() throws InterruptedException {
    return accepted.poll(20, TimeUnit.SECONDS);
  }

  @Test
  void hostsOfAPoolKnowEachOtherByCertificate() throws Exception {
    InetSocketAddress server = listen(member(host("server"), Encryption.REQUIRED));
    Peer peer = linked(member(host("client"), Encryption.REQUIRED), server);
    assertThat(peer.identity()).isEqualTo(new PeerIdentity(Proof.HOST_CERTIFICATE, "server"));
    assertThat(acceptedPeer().identity())
        .isEqualTo(new PeerIdentity(Proof.HOST_CERTIFICATE, "client"));
  }

  @Test
  void userOfAPoolIsKnownAsOne() throws Exception {
    InetSocketAddress server = listen(member(host("server"), Encryption.REQUIRED));
    PoolCredentials ann =
        PoolCredentials.read(pool().issue(PoolIdentity.user("ann"), List.of(), DAY));
    linked(member(ann, Encryption.REQUIRED), server);
    PeerIdentity identity = acceptedPeer().identity();
    assertThat(identity).isEqualTo(new PeerIdentity(Proof.USER_CERTIFICATE, "ann"));
    assertThat(identity.isUser()).isTrue();
    assertThat(identity.isHost()).isFalse();
  }

  @Test
  void neverProvesByThePoolsKey() throws Exception {
    InetSocketAddress server = listen(member(host("server"), Encryption.NEVER));
    Peer peer = linked(member(host("client"), Encryption.NEVER), server);
    assertThat(peer.identity().proof()).isEqualTo(Proof.POOL_KEY);
    assertThat(acceptedPeer().identity()).isEqualTo(new PeerIdentity(Proof.POOL_KEY, "client"));
  }

  @Test
  void preferredFallsBackWhereTheOtherSideNeverEncrypts() throws Exception {
    InetSocketAddress never = listen(member(host("never"), Encryption.NEVER));
    Peer peer = linked(member(host("client"), Encryption.PREFERRED), never);
    assertThat(peer.identity().proof()).isEqualTo(Proof.POOL_KEY);
  }

  @Test
  void preferredTakesEither() throws Exception {
    InetSocketAddress server = listen(member(host("server"), Encryption.PREFERRED));
    assertThat(linked(member(host("a"), Encryption.REQUIRED), server).identity().proof())
        .isEqualTo(Proof.HOST_CERTIFICATE);
    assertThat(linked(member(host("b"), Encryption.NEVER), server).identity().proof())
        .isEqualTo(Proof.POOL_KEY);
  }

  @Test
  void requiredAndNeverDoNotMeet() throws Exception {
    InetSocketAddress never = listen(member(host("never"), Encryption.NEVER));
    Endpoint required = endpoint("client", member(host("required"), Encryption.REQUIRED));
    assertThatThrownBy(() -> required.connect(never))
        .hasMessageContaining("the other side does not speak TLS");

    InetSocketAddress strict = listen(member(host("strict"), Encryption.REQUIRED));
    Endpoint plain = endpoint("client", member(host("plain"), Encryption.NEVER));
    assertThatThrownBy(() -> plain.connect(strict)).hasMessageContaining("opens nothing here");
    assertThat(accepted).isEmpty();
  }

  @Test
  void otherPoolIsRefusedByBothSides() throws Exception {
    InetSocketAddress server = listen(member(host("server"), Encryption.REQUIRED));
    PoolCredentials stranger =
        PoolCredentials.read(
            PoolAuthority.init(directory.resolve("other"))
                .issue(PoolIdentity.host("client"), List.of("127.0.0.1"), DAY));
    Endpoint client = endpoint("client", member(stranger, Encryption.REQUIRED));
    assertThatThrownBy(() -> client.connect(server))
        .hasMessageContaining("its certificate is not of this pool");

    // A host of the other pool that takes the server for one of its own: it is told, too.
    Files.copy(
        directory.resolve("pool/ca-cert.pem"),
        directory.resolve("ca"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    InetSocketAddress plain = listen(member(host("never"), Encryption.NEVER));
    Endpoint plainStranger = endpoint("client", member(stranger, Encryption.NEVER));
    assertThatThrownBy(() -> plainStranger.connect(plain))
        .hasMessageContaining("its proof was not made with our POOL key");
    assertThat(accepted).isEmpty();
  }

  @Test
  void certificateIsGoodForTheNamesInItAndNoOther() throws Exception {
    PoolCredentials elsewhere =
        PoolCredentials.read(
            pool().issue(PoolIdentity.host("elsewhere"), List.of("10.1.2.3"), DAY));
    InetSocketAddress server = listen(member(elsewhere, Encryption.REQUIRED));
    Endpoint client = endpoint("client", member(host("client"), Encryption.REQUIRED));
    assertThatThrownBy(() -> client.connect(server))
        .hasMessageContaining("not for the name that was dialled")
        .hasMessageContaining("--also");
  }

  @Test
  void userOfThisMachineShowsTheKeyThatTheAgentWrote() throws Exception {
    InetSocketAddress server = listen(Admission.thisMachine());
    Peer peer = linked(Admission.thisMachine(), server);
    assertThat(peer.identity().proof()).isEqualTo(Proof.LOCAL_KEY);
    assertThat(acceptedPeer().identity()).isEqualTo(new PeerIdentity(Proof.LOCAL_KEY, "client"));
    assertThat(LocalKeys.ofThisMachine().find(server.getPort())).isPresent();
    endpoints.getFirst().close();
    assertThat(LocalKeys.ofThisMachine().find(server.getPort())).isEmpty();
  }

  @Test
  void whoHasNoKeyIsToldWhatIsMissing() throws Exception {
    InetSocketAddress server = listen(Admission.thisMachine());
    Endpoint nobody = endpoint("nobody", Admission.unproved());
    assertThatThrownBy(() -> nobody.connect(server))
        .hasMessageContaining("this side has no key for it");

    InetSocketAddress unproved = listen(Admission.unproved());
    Endpoint careful = endpoint("careful", Admission.thisMachine());
    assertThatThrownBy(() -> careful.connect(unproved))
        .hasMessageContaining("there is no key for port " + unproved.getPort());

    Endpoint far = endpoint("far", Admission.thisMachine());
    assertThatThrownBy(() -> far.connect(new InetSocketAddress("192.0.2.1", 9717)))
        .hasMessageContaining("is another host")
        .hasMessageContaining("LANDFALL_POOL");
    assertThatThrownBy(() -> far.listen(new InetSocketAddress("0.0.0.0", 0), peer -> {}))
        .hasMessageContaining("cannot listen on 0.0.0.0 without a pool");
    assertThat(accepted).isEmpty();
  }
}
