package io.landfall.transfer.cli;

import io.landfall.transfer.condor.gahp.Gahp;
import io.landfall.transfer.condor.gahp.GahpMode;
import io.landfall.transfer.condor.gahp.GahpProbe;
import io.landfall.transfer.condor.gahp.GahpSettings;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall gahp`.
@Command(
    name = "gahp",
    description = {
      "HTCondor's condor_vm-gahp: runs the virtual machine of one job of the vm universe. HTCondor starts it, with VM_GAHP_SERVER naming it; "
          + "OPERATIONS.md says how.",
      "%nExample: _CONDOR_VM_MEMORY=4096 landfall gahp -f -M 0 vmtype kvm"
    })
final class GahpCommand implements Callable<Integer> {
  private static final String DEFAULT_CONFIG = "/etc/condor/condor_config";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "ARGUMENT",
      description = "-M 0 vmtype TYPE, -M 3, or -M 4 vmtype TYPE match NAME.")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException {
    GahpMode mode;
    try {
      mode = GahpMode.parse(arguments);
    } catch (IllegalArgumentException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return 1;
    }
    GahpSettings settings = settings();
    switch (mode) {
      case GahpMode.Probe(String vmType) -> {
        PrintWriter out = spec.commandLine().getOut();
        out.print(GahpProbe.ad(vmType, settings));
        out.flush();
      }
      case GahpMode.Serve() -> serve(settings);
      case GahpMode.Kill order -> GahpProbe.kill(order, settings);
    }
    return 0;
  }

  private static void serve(GahpSettings settings) throws IOException {
    String vmType = environment("VMGAHP_VMTYPE").toLowerCase(Locale.ROOT);
    Path scratch = Path.of(environment("VMGAHP_WORKING_DIR")).toAbsolutePath();
    Gahp.serve(settings, vmType, scratch, System.in, System.out);
  }

  private static String environment(String name) throws IOException {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      throw new IOException(name + " is not set; condor_starter sets it");
    }
    return value;
  }

  /// HTCondor's own configuration, found as its tools find it.
  private static GahpSettings settings() throws IOException {
    String named = System.getenv("CONDOR_CONFIG");
    Optional<Path> file =
        named == null
            ? Optional.of(Path.of(DEFAULT_CONFIG)).filter(Files::isReadable)
            : Optional.of(Path.of(named)).filter(f -> !named.equals("ONLY_ENV"));
    try {
      return GahpSettings.read(
          Configuration.load(ConfigurationSources.here(Map.of(), file, Map.of())));
    } catch (io.landfall.transfer.config.InvalidConfigurationException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
