package io.landfall.store.cli;

import io.landfall.store.verify.Finding;
import io.landfall.store.verify.Verifier;
import io.landfall.store.verify.VerifyReport;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `landfall checkpoint verify`.
@Command(
    name = "verify",
    description = "Read every byte of the store and say what is not what it was.",
    footer = {
      "",
      "Exit code 3 if anything was found.",
      "Example: landfall checkpoint verify --spool /var/spool/condor"
    })
final class VerifyCommand extends StoreCommand {
  @Override
  protected int run() throws IOException {
    VerifyReport report;
    try (Progress progress = new Progress("verified", 0)) {
      report = Verifier.verify(storeDirectory(), key(), progress);
    }
    if (json) {
      print(tree(report));
    } else {
      report.findings().forEach(this::print);
      if (!report.contentChecked()) {
        out().println("encrypted and no key given: checksums only, no checkpoint was looked into");
      }
      out()
          .printf(
              "%d packs, %d chunks, %s read, %d checkpoints, index %s, %.1f s (%s): %s%n",
              report.packs(),
              report.chunks(),
              Text.bytes(report.bytesRead()),
              report.checkpoints(),
              report.indexChecked() ? "compared" : "not compared (in use or absent)",
              report.took().toMillis() / 1e3,
              Text.rate(report.bytesRead(), report.took()),
              report.clean() ? "clean" : report.findings().size() + " findings");
      out().flush();
    }
    return report.clean() ? DONE : DAMAGE;
  }

  private void print(Finding finding) {
    out().println(finding.what());
    if (finding.offset() >= 0) {
      out().println("  in " + finding.file() + " at " + finding.offset());
    }
    for (Finding.Affected affected : finding.affected()) {
      out()
          .printf(
              "  job %s, checkpoint %s, %s: bytes %d to %d%n",
              affected.job(),
              affected.checkpoint(),
              affected.content(),
              affected.range().offset(),
              affected.range().end() - 1);
    }
  }

  private static ObjectNode tree(VerifyReport report) {
    ObjectNode json = JSON.createObjectNode();
    json.put("clean", report.clean())
        .put("packs", report.packs())
        .put("chunks", report.chunks())
        .put("bytesRead", report.bytesRead())
        .put("checkpoints", report.checkpoints())
        .put("indexChecked", report.indexChecked())
        .put("contentChecked", report.contentChecked())
        .put("seconds", report.took().toMillis() / 1e3);
    ArrayNode findings = json.putArray("findings");
    for (Finding finding : report.findings()) {
      ObjectNode one = findings.addObject();
      one.put("kind", finding.kind().name().toLowerCase(Locale.ROOT))
          .put("file", finding.file().toString())
          .put("offset", finding.offset())
          .put("what", finding.what());
      ArrayNode affected = one.putArray("affected");
      for (Finding.Affected part : finding.affected()) {
        affected
            .addObject()
            .put("job", part.job().toString())
            .put("checkpoint", part.checkpoint().text())
            .put("content", part.content())
            .put("offset", part.range().offset())
            .put("length", part.range().length());
      }
    }
    return json;
  }
}
