package io.landfall.transfer.cli;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.daemon.AgentKnobs;
import io.landfall.transfer.doctor.Evidence;
import io.landfall.transfer.doctor.SupportBundle;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall support-bundle`.
@Command(
    name = "support-bundle",
    mixinStandardHelpOptions = true,
    description = {
      "Collects into one archive what somebody elsewhere needs to see what is wrong: versions,"
          + " configuration, the doctor's findings, logs, and from a running agent its settings,"
          + " figures and threads. Keys, passwords and tokens are removed; look into it before you"
          + " send it.",
      "%nExample: landfall support-bundle --config /etc/landfall/landfall.conf"
    })
final class SupportBundleCommand implements Callable<Integer> {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("'landfall-support-'yyyyMMdd-HHmmss", Locale.ROOT);

  @Spec private CommandSpec spec;

  @Option(
      names = "--agent",
      paramLabel = "HOST[:PORT]",
      converter = Addresses.class,
      description = "The agent (default: where an agent with this configuration listens).")
  private InetSocketAddress agent;

  @Mixin private HostConfiguration configuration;

  @Parameters(
      arity = "0..1",
      paramLabel = "FILE",
      description = "The archive (default: landfall-support-TIME.tar.gz here).")
  private Path file;

  @Option(
      names = "--log",
      paramLabel = "FILE",
      description = "A log to take in besides the journal; may be given several times.")
  private List<Path> logs = List.of();

  @Override
  public Integer call() throws IOException {
    Evidence evidence =
        new Evidence(configuration.sources())
            .versions(String.join("", new Version().getVersion()))
            .configuration()
            .diagnosis();
    try (AgentLink link = AgentLink.to(address())) {
      evidence.agent(link.call(new Request.Inspect()));
      evidence.metrics(link.call(new Request.Metrics()).text());
    } catch (IOException e) {
      evidence.noAgent(String.valueOf(e.getMessage()));
    }
    SupportBundle bundle = evidence.logs(logs).directories().bundle();
    String root = LocalDateTime.now(ZoneId.systemDefault()).format(NAME);
    Path target = file == null ? Path.of(root + ".tar.gz") : file;
    bundle.write(target, root);
    PrintWriter out = spec.commandLine().getOut();
    for (SupportBundle.Entry entry : bundle.entries()) {
      out.printf("%-24s %9d  %s%n", entry.name(), entry.text().length(), entry.about());
    }
    out.println(target);
    out.flush();
    return 0;
  }

  private InetSocketAddress address() throws IOException {
    if (agent != null) {
      return agent;
    }
    try {
      InetSocketAddress listens =
          AgentKnobs.read(Configuration.load(configuration.sources())).listen();
      if (listens.isUnresolved()) {
        throw new IOException("no address has the name " + listens.getHostString());
      }
      return listens.getAddress().isAnyLocalAddress()
          ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listens.getPort())
          : listens;
    } catch (InvalidConfigurationException e) {
      throw new IOException("the configuration is not valid, so where it would be is not known", e);
    }
  }
}
