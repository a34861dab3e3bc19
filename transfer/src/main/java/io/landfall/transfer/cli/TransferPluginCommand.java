package io.landfall.transfer.cli;

import io.landfall.transfer.condor.plugin.PluginMode;
import io.landfall.transfer.condor.plugin.TransferPlugin;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall transfer-plugin`.
@Command(
    name = "transfer-plugin",
    description = {
      "HTCondor's file-transfer plugin for landfall:// URLs of a job's input and output. HTCondor starts it, "
          + "with FILETRANSFER_PLUGINS naming it; OPERATIONS.md says how.",
      "%nExample: landfall transfer-plugin landfall://submit.example.org/images/debian.img $PWD/debian.img"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:everything was transferred", "1:something was not, or usage"})
final class TransferPluginCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ARGUMENT",
      description =
          "-classad, or -infile FILE -outfile FILE [-upload], or SOURCE TARGET, one of both a URL.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException {
    PluginMode mode;
    try {
      mode = PluginMode.parse(arguments);
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    return new TransferPlugin(Version.ours(), new AgentCarrier(), spec.commandLine().getOut())
        .run(mode);
  }
}
