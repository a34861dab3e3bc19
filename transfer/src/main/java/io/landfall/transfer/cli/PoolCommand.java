package io.landfall.transfer.cli;

import io.landfall.transfer.pool.PoolAuthority;
import io.landfall.transfer.pool.PoolIdentity;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall pool`: who belongs to a pool.
@Command(
    name = "pool",
    mixinStandardHelpOptions = true,
    description = "Makes a pool's authority and the certificates of its hosts and users.",
    subcommands = {PoolCommand.Init.class, PoolCommand.Issue.class})
final class PoolCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say what to do: init, or issue");
  }

  /// `landfall pool init`.
  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description = {
        "Makes the authority of a new pool. Whoever can read its directory decides who belongs to the pool.",
        "%nExample: landfall pool init ~/pool"
      })
  static final class Init implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "Where the authority is kept.")
    private Path directory;

    @Override
    public Integer call() throws IOException {
      PoolAuthority.init(directory);
      spec.commandLine().getOut().println(directory);
      return 0;
    }
  }

  /// `landfall pool issue`.
  @Command(
      name = "issue",
      mixinStandardHelpOptions = true,
      description = {
        "Issues or renews the certificates of a host or a user, and prints the directory with them. Copy it to that host and set LANDFALL_POOL to it; QEMU and libnbd take it as it is.",
        "%nExample: landfall pool issue exec1.example.org --also 10.0.0.7 --pool ~/pool"
      })
  static final class Issue implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The host's name as others dial it.")
    private String name;

    @Option(
        names = "--pool",
        paramLabel = "DIR",
        defaultValue = ".",
        description = "The directory that `pool init` made (default: here).")
    private Path pool;

    @Option(
        names = "--also",
        paramLabel = "NAME",
        description = "Another name or address the host is dialled by; may be given several times.")
    private List<String> also = List.of();

    @Option(names = "--user", description = "NAME is a user, who may only ask.")
    private boolean user;

    @Option(
        names = "--days",
        paramLabel = "N",
        defaultValue = "730",
        description = "How long it is valid (default: ${DEFAULT-VALUE}).")
    private int days;

    @Override
    public Integer call() throws IOException {
      if (days < 1 || days > PoolAuthority.AUTHORITY_VALIDITY.toDays()) {
        throw new ParameterException(
            spec.commandLine(),
            "--days must be 1 to " + PoolAuthority.AUTHORITY_VALIDITY.toDays() + ", not " + days);
      }
      Path made = PoolAuthority.open(pool).issue(identity(), also, Duration.ofDays(days));
      spec.commandLine().getOut().println(made);
      return 0;
    }

    private PoolIdentity identity() {
      try {
        return user ? PoolIdentity.user(name) : PoolIdentity.host(name);
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
  }
}
