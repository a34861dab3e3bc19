package io.landfall.transfer.submit;

import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Builds one job from the commands that hold at its queue statement, and reports everything that
/// is wrong with them at once.
final class JobReader {
  private static final int MAX_VCPUS = 4096;

  private final JobScope scope;
  private final SubmitContext context;

  JobReader(JobScope scope, SubmitContext context) {
    this.scope = scope;
    this.context = context;
  }

  /// The job, or nothing if its type is not known. A job of a file with errors is never used.
  Optional<VmJob> read(int clusterId, int procId, Map<String, SourceSpan> own) {
    if (!universe()) {
      return Optional.empty();
    }
    Optional<SourceSpan> label = executable();
    Optional<VmType> type = type();
    int memory = memory();
    streams();
    Path initialDir = initialDir();
    Network network = Network.read(scope, type);
    boolean checkpoint = checkpoint(network.on());
    InputFiles inputs = new InputFiles(scope, context.files(), initialDir);
    inputs.read();
    Output output = Output.read(scope, checkpoint);
    if (type.isEmpty()) {
      scope.get("vm_disk").ifPresent(given -> disks(VmType.KVM, inputs));
      return Optional.empty();
    }
    boolean vmware = type.get() == VmType.VMWARE;
    Optional<VmwareImage> image =
        vmware
            ? new VmwareSection(scope, inputs, context.files(), initialDir).read()
            : Optional.empty();
    List<VmDisk> disks = vmware ? noDisks() : disks(type.get(), inputs);
    if (checkpoint && !vmware) {
      checkpointable(type.get(), disks);
    }
    Optional<XenKernel> xen =
        type.get() == VmType.XEN ? new XenSection(scope, inputs).read() : Optional.empty();
    if (!vmware && scope.clean()) {
      inputs.warnOfUseless(disks, xen);
    }
    return Optional.of(
        new VmJob(
            clusterId,
            procId,
            label.map(SourceSpan::text).orElse(""),
            type.get(),
            memory,
            vcpus(),
            disks,
            checkpoint,
            network.on(),
            network.type(),
            network.macAddress(),
            scope.bool(false, "vm_vnc", "JobVMVNCConsole"),
            scope.bool(false, "vm_no_output_vm"),
            output.when(),
            initialDir,
            inputs.paths(),
            inputs.urls(),
            output.files(),
            output.remaps(),
            log(initialDir),
            scope.get("arguments", "Args", "Arguments").map(SourceSpan::text),
            xen,
            image,
            scope
                .get("requirements")
                .flatMap(r -> GenericCommands.checked(scope, "requirements", r)),
            attributes(own)));
  }

  /// Generic commands first, so that the user's own attributes beat them.
  private Map<String, String> attributes(Map<String, SourceSpan> own) {
    Map<String, String> attributes = new LinkedHashMap<>();
    GenericCommands.read(scope, attributes);
    own.forEach((name, value) -> {
      attributes.keySet().removeIf(name::equalsIgnoreCase);
      if (value.isEmpty()) {
        attributes.put(name, "undefined");
      } else {
        GenericCommands.checked(scope, "+" + name, value)
            .ifPresent(text -> attributes.put(name, text));
      }
    });
    return attributes;
  }

  private boolean universe() {
    Optional<SourceSpan> universe = scope.get("universe", "JobUniverse");
    if (universe.isEmpty()) {
      scope.missing("S23", "universe is missing", "universe = vm");
      return false;
    }
    String word = universe.get().text().toLowerCase(Locale.ROOT);
    if (word.equals("vm") || word.equals("13")) {
      return true;
    }
    boolean known = CommandNames.UNIVERSES.contains(word);
    scope.error(
        "S23",
        universe.get(),
        (known ? "not a universe that runs here: " : "unknown universe: ") + universe.get(),
        "Landfall runs jobs of universe = vm");
    return false;
  }

  private Optional<SourceSpan> executable() {
    Optional<SourceSpan> label = scope.get("executable", "Cmd");
    if (label.isEmpty()) {
      scope.missing(
          "S18",
          "executable (the job's label) is missing",
          "executable = any word to show in listings; no such file need exist");
    }
    return label;
  }

  private Optional<VmType> type() {
    Optional<SourceSpan> word = scope.get("vm_type", "JobVMType");
    if (word.isEmpty()) {
      scope.missing("S01", "vm_type is missing", "vm_type = kvm, xen or vmware");
      return Optional.empty();
    }
    Optional<VmType> type = VmType.named(word.get().text());
    if (type.isEmpty()) {
      scope.error(
          "T04",
          word.get(),
          "vm_type is none of vmware, xen, kvm: " + word.get(),
          "HTCondor accepts this, and the job never matches");
    }
    return type;
  }

  private int memory() {
    Optional<SourceSpan> value = scope.get("vm_memory", "JobVMMemory");
    if (value.isEmpty()) {
      scope.missing(
          "S05", "vm_memory is missing", "vm_memory = megabytes of the guest, such as 1024");
      return 1;
    }
    OptionalInt memory = Values.memoryMiB(value.get().text());
    if (memory.isEmpty()) {
      scope.error(
          "S06",
          value.get(),
          "vm_memory must be a positive number of megabytes, not " + value.get(),
          "such as 1024, or 1G; at most 64T");
    }
    return memory.orElse(1);
  }

  private int vcpus() {
    Optional<SourceSpan> value = scope.get("vm_vcpus", "JobVM_VCPUS");
    if (value.isEmpty()) {
      return 1;
    }
    String text = value.get().text();
    if (text.matches("[1-9]\\d{0,3}") && Integer.parseInt(text) <= MAX_VCPUS) {
      return Integer.parseInt(text);
    }
    scope.warning(value.get(), "vm_vcpus = " + text + " is read as 1", "a whole number, 1 or more");
    return 1;
  }

  /// `input`, `output` and `error` have no meaning here; only the null file is let pass.
  private void streams() {
    stream("S02", "input", "stdin", "In");
    stream("S03", "output", "stdout", "Out");
    stream("S04", "error", "stderr", "Err");
  }

  private void stream(String rule, String name, String... alternatives) {
    scope
        .get(name, alternatives)
        .filter(v -> !v.text().equals("/dev/null"))
        .ifPresent(v ->
            scope.error(
                rule,
                v,
                name + " may not be used in the vm universe",
                "remove it: the virtual machine has no such file"));
  }

  private Path initialDir() {
    Optional<Path> named = path("initialdir", context.workingDirectory(), "Iwd", "initial_dir");
    Path directory = named.orElse(context.workingDirectory());
    if (named.isPresent() && !context.files().isDirectory(directory)) {
      scope
          .get("initialdir", "Iwd", "initial_dir")
          .ifPresent(v ->
              scope.error(
                  "L06", v, "initialdir is not a directory: " + directory, "create it first"));
    }
    return directory;
  }

  private Optional<Path> log(Path initialDir) {
    Optional<Path> log = path("log", initialDir, "UserLog");
    if (log.isPresent() && !context.files().isDirectory(log.get().getParent())) {
      scope
          .get("log", "UserLog")
          .ifPresent(v ->
              scope.error(
                  "L06",
                  v,
                  "the log cannot be written, since there is no directory " + log.get().getParent(),
                  "create it first"));
    }
    return log;
  }

  private Optional<Path> path(String name, Path base, String... alternatives) {
    Optional<SourceSpan> value = scope.get(name, alternatives);
    try {
      return value.map(v -> base.resolve(Values.unquoted(v.text())).normalize());
    } catch (InvalidPathException e) {
      scope.error("L06", value.get(), name + " is not the name of a file: " + value.get(), "");
      return Optional.empty();
    }
  }

  private boolean checkpoint(boolean networking) {
    boolean checkpoint = scope.bool(false, "vm_checkpoint", "JobVMCheckpoint");
    if (checkpoint && networking && !Output.wantsEviction(scope)) {
      scope
          .get("vm_checkpoint", "JobVMCheckpoint")
          .ifPresent(v ->
              scope.error(
                  "S07",
                  v,
                  "vm_checkpoint and vm_networking together need when_to_transfer_output ="
                      + " ON_EXIT_OR_EVICT",
                  "connections open at a checkpoint are likely lost at resume; with that line you"
                      + " say the guest can bear it"));
    }
    return checkpoint;
  }

  /// HTCondor would lose a transferred disk at a checkpoint; Landfall checkpoints it too, for a
  /// file that asks for transfer at eviction in HTCondor's own words.
  private void checkpointable(VmType type, List<VmDisk> disks) {
    Optional<VmDisk> transferred = disks.stream().filter(VmDisk::transferred).findFirst();
    if (transferred.isEmpty() || Output.wantsEviction(scope)) {
      return;
    }
    scope
        .get("vm_disk")
        .ifPresent(v ->
            scope.error(
                "T03",
                v,
                "vm_checkpoint with the transferred disk "
                    + transferred.get().file()
                    + ": HTCondor's checkpoint needs all disks on a shared file system",
                "add when_to_transfer_output = ON_EXIT_OR_EVICT, and Landfall checkpoints the disk"
                    + " together with the memory; or put every disk on a shared file system and"
                    + " give its full path. HTCondor accepts this and later holds the job:"
                    + " VMGAHP_ERR_JOBCLASSAD_"
                    + type
                    + "_MISMATCHED_CHECKPOINT"));
  }

  private List<VmDisk> disks(VmType type, InputFiles inputs) {
    return new DiskList(scope, type, inputs, context.files(), context.imageFormats()).read();
  }

  private List<VmDisk> noDisks() {
    scope
        .get("vm_disk")
        .ifPresent(v ->
            scope.warning(
                v, "vm_disk has no effect on a vmware job", "the .vmx file names its disks"));
    return List.of();
  }
}
