package io.landfall.transfer.cli;

import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.demo.Demo;
import io.landfall.transfer.demo.DemoExtra;
import io.landfall.transfer.demo.DemoOptions;
import io.landfall.transfer.demo.DemoReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// `landfall demo`: everything once, on this machine.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Everything once, on this machine: makes a disk image and a submit file, starts a submit"
          + " agent and two execute agents, lands the image, boots it, evicts it with a checkpoint"
          + " while its guest works, resumes it on the other host, and brings the modified image"
          + " back. Exits with 0 only if every byte is as it must be.",
      "%nExample: landfall demo --dir /tmp/landfall-demo"
    })
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where everything is made; new or empty (default: a new directory here).")
  private Path directory;

  @Option(
      names = "--simulated",
      description = "Use the simulated hypervisor even if QEMU is there.")
  private boolean simulated;

  @Option(
      names = "--vmware",
      description =
          "A job with a vmware_dir and a disk in several VMDK files, through the vmrun on the path;"
              + " where there is none, through a stand-in that boots the disks in QEMU, and says"
              + " so.")
  private boolean vmware;

  @Option(
      names = "--hypervisor",
      paramLabel = "NAME",
      defaultValue = "auto",
      description =
          "auto, qemu, simulated, libvirt, libvirt-kvm, or libvirt@URI for another libvirt than"
              + " virsh's own; vmware, vmware-player, vmware-fusion or vmware@VMRUN (default:"
              + " ${DEFAULT-VALUE}).")
  private String hypervisor;

  @Option(
      names = "--with",
      split = ",",
      paramLabel = "EXTRA",
      converter = ExtraName.class,
      description =
          "What the machine has besides its disk: cdrom, read-only-disk, network; several with"
              + " commas between.")
  private Set<DemoExtra> extras = Set.of();

  @Option(names = "--json", description = "Print the events and the report as JSON lines.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    Path home = directory().toAbsolutePath();
    if (!json) {
      out.println("Everything is in " + home);
      out.flush();
    }
    DemoOptions options = DemoOptions.in(home, hypervisor()).with(extras);
    if (!json) {
      options.remark().ifPresent(out::println);
      out.flush();
    }
    JobPrinter printer = new JobPrinter(out, json, Terminal.isInteractive());
    DemoReport report = Demo.run(options, printer::print);
    if (json) {
      out.println(ControlJson.write(report));
    } else {
      new DemoTable(out, report).print();
    }
    out.flush();
    return report.faults().isEmpty() ? 0 : 1;
  }

  private String hypervisor() {
    if (simulated && vmware) {
      throw new ParameterException(
          spec.commandLine(), "--simulated and --vmware exclude each other; give one of them");
    }
    return simulated ? "simulated" : vmware ? "vmware" : hypervisor;
  }

  private Path directory() throws IOException {
    if (directory == null) {
      return Path.of(
          "landfall-demo-"
              + DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss")
                  .format(LocalDateTime.now(ZoneId.systemDefault())));
    }
    if (Files.isDirectory(directory)) {
      try (var children = Files.list(directory)) {
        if (children.findAny().isPresent()) {
          throw new IOException(directory + " is not empty; name a new or empty directory");
        }
      }
    }
    return directory;
  }

  private static final class ExtraName implements ITypeConverter<DemoExtra> {
    @Override
    public DemoExtra convert(String word) {
      return Stream.of(DemoExtra.values())
          .filter(extra -> extra.word().equals(word))
          .findFirst()
          .orElseThrow(() ->
              new TypeConversionException(
                  "'" + word + "' is not cdrom, read-only-disk or network"));
    }
  }
}
