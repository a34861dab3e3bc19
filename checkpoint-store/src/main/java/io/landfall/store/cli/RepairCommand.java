package io.landfall.store.cli;

import io.landfall.store.verify.Repair;
import io.landfall.store.verify.RepairReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `landfall checkpoint repair`.
@Command(
    name = "repair",
    description = {
      "Take damaged packs out of use, keep what is intact in them, make the index again, and get",
      "what is missing from other stores or exports. The daemon must not be running."
    },
    footer = {
      "",
      "Exit code 3 if something is still missing.",
      "Example: landfall checkpoint repair --from /backup/spool --spool /var/spool/condor"
    })
final class RepairCommand extends StoreCommand {
  @Option(
      names = "--from",
      paramLabel = "SPOOL|FILE",
      description =
          "Another SPOOL directory, or an export, to take missing chunks from. May be repeated.")
  private List<Path> from = new ArrayList<>();

  @Override
  protected int run() throws IOException {
    inspect().close(); // or nothing is there to repair
    RepairReport report =
        Repair.run(storeDirectory(), settings(), from.stream().map(RepairCommand::source).toList());
    if (json) {
      print(
          JSON.createObjectNode()
              .put("quarantinedPacks", report.quarantinedPacks())
              .put("fetchedChunks", report.fetchedChunks())
              .put("clean", report.after().clean())
              .put("findings", report.after().findings().size()));
    } else {
      report.after().findings().forEach(finding -> out().println(finding.what()));
      out()
          .printf(
              "%d packs moved to quarantine, %d chunks fetched: %s%n",
              report.quarantinedPacks(),
              report.fetchedChunks(),
              report.after().clean()
                  ? "clean"
                  : report.after().findings().size() + " findings remain");
      out().flush();
    }
    return report.after().clean() ? DONE : DAMAGE;
  }

  private static Path source(Path given) {
    return Files.isRegularFile(given) ? given : given.resolve("landfall");
  }
}
