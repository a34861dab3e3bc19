package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.Admission;
import io.landfall.transfer.net.Endpoint;
import io.landfall.transfer.net.EndpointSettings;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolIdentity;
import io.landfall.transfer.testing.Tools;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The status page of an agent of a pool, asked from beyond its machine: by `curl`, as
/// `OPERATIONS.md` says.
@Timeout(60)
class StatusPageAccessTest {
  private record Answer(int code, String content) {}

  @TempDir private Path directory;
  private PoolAuthority pool;
  private Agent agent;
  private int port;

  @BeforeEach
  void anAgentShowsItselfToTheNetwork() throws Exception {
    Tools.need("curl");
    pool = PoolAuthority.init(directory.resolve("pool"));
    Path host =
        pool.issue(PoolIdentity.host("localhost"), List.of("127.0.0.1"), Duration.ofDays(1));
    agent =
        Agent.start(
            AgentKnobs.read(
                load(
                    Map.of(
                        "LANDFALL_ROLES", "EXECUTE",
                        "LANDFALL_NAME", "localhost",
                        "LANDFALL_HYPERVISOR", "simulated",
                        "LANDFALL_PORT", "0",
                        "EXECUTE", directory.resolve("execute").toString(),
                        "LANDFALL_POOL", host.toString(),
                        "LANDFALL_HTTP_LISTEN", "0.0.0.0:0"))));
    try (Endpoint endpoint = Endpoint.open(EndpointSettings.of("test"), Admission.thisMachine());
        Peer peer = endpoint.connect(agent.address())) {
      String page = Calls.call(peer, new Request.Status()).overview().page().orElseThrow();
      assertThat(page).startsWith("https://");
      port = URI.create(page).getPort();
    }
  }

  @AfterEach
  void stop() throws Exception {
    agent.close();
  }

  @Test
  void aCertificateOfThePoolOpensItWhetherAUsersOrAHosts() throws Exception {
    Path user = pool.issue(PoolIdentity.user("ann"), List.of(), Duration.ofDays(1));
    Path host = pool.issue(PoolIdentity.host("elsewhere"), List.of(), Duration.ofDays(1));
    for (Path credentials : List.of(user, host)) {
      Answer page = curl(trusting(credentials, shown(credentials)), "/");
      assertThat(page.code).as(page.content).isZero();
      assertThat(page.content).contains("<title>Landfall</title>");
      assertThat(curl(trusting(credentials, shown(credentials)), "/metrics").content)
          .contains("# TYPE landfall_transfers_running gauge");
    }
  }

  @Test
  void withoutACertificateNothingIsShown() throws Exception {
    Path user = pool.issue(PoolIdentity.user("ann"), List.of(), Duration.ofDays(1));
    assertRefused(curl(trusting(user, List.of()), "/"));
  }

  @Test
  void aCertificateOfAnotherPoolIsRefusedByBothSides() throws Exception {
    PoolAuthority others = PoolAuthority.init(directory.resolve("others"));
    Path stranger = others.issue(PoolIdentity.user("ann"), List.of(), Duration.ofDays(1));
    Path user = pool.issue(PoolIdentity.user("ann"), List.of(), Duration.ofDays(1));
    assertRefused(curl(trusting(user, shown(stranger)), "/"));
    assertRefused(curl(trusting(stranger, shown(user)), "/"));
  }

  @Test
  void withoutTlsNothingIsShown() throws Exception {
    Answer answer = run(List.of("curl", "-sS", "http://127.0.0.1:" + port + "/"));
    assertRefused(answer);
  }

  private static void assertRefused(Answer answer) {
    assertThat(answer.code).as(answer.content).isNotZero();
    assertThat(answer.content).doesNotContain("Landfall", "landfall_");
  }

  private static List<String> trusting(Path credentials, List<String> shown) {
    List<String> options =
        new ArrayList<>(List.of("--cacert", credentials.resolve("ca-cert.pem").toString()));
    options.addAll(shown);
    return options;
  }

  private static List<String> shown(Path credentials) {
    return List.of(
        "--cert", credentials.resolve("client-cert.pem").toString(),
        "--key", credentials.resolve("client-key.pem").toString());
  }

  private Answer curl(List<String> options, String path) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--noproxy", "*"));
    command.addAll(options);
    command.add("https://localhost:" + port + path);
    return run(command);
  }

  private static Answer run(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String content = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Answer(process.waitFor(), content);
  }

  private static Configuration load(Map<String, String> set) throws Exception {
    return Configuration.load(
        new ConfigurationSources(Map.of(), Optional.empty(), Map.of(), set, FileLookup.system()));
  }
}
