package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.VmgahpError;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall explain`: what HTCondor's reasons for not starting a machine mean.
@Command(
    name = "explain",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what a VMGAHP_ERR_… means, whether it holds the job, and how to mend it; without a name,"
          + " all of them.",
      "%nExample: landfall explain VMGAHP_ERR_BAD_IMAGE"
    })
final class ExplainCommand implements Callable<Integer> {
  private static final int NOT_FOUND = 4;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", arity = "0..1", description = "VMGAHP_ERR_… or the rest of it.")
  private String name;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  /// One row, for programs.
  record Row(
      String name, boolean holds, int subCode, boolean inManual, String meaning, String remedy) {}

  @Override
  public Integer call() {
    List<VmgahpError> asked = new ArrayList<>(List.of(VmgahpError.values()));
    if (name != null) {
      Optional<VmgahpError> one = VmgahpError.named(name);
      if (one.isEmpty()) {
        spec.commandLine().getErr().println(name + ": no such error; landfall explain lists all");
        return NOT_FOUND;
      }
      asked = List.of(one.get());
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(ControlJson.write(asked.stream().map(ExplainCommand::row).toList()));
    } else {
      asked.forEach(error -> print(out, error));
    }
    return 0;
  }

  private static Row row(VmgahpError error) {
    return new Row(
        error.text(),
        error.holds(),
        error.subCode().orElse(-1),
        error.inManual(),
        error.meaning(),
        error.remedy());
  }

  private static void print(PrintWriter out, VmgahpError error) {
    out.println(error.text());
    out.println(
        error.holds()
            ? "  holds the job (HoldReasonCode 6, HoldReasonSubCode "
                + error.subCode().orElseThrow()
                + ")"
            : "  the host's fault: the job is rescheduled");
    out.println("  " + error.meaning());
    out.println("  " + error.remedy());
  }
}
