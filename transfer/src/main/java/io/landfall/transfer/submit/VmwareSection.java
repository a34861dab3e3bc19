package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Reads what only a VMware job has: `vmware_dir`, `vmware_should_transfer_files`,
/// `vmware_snapshot_disk`; and finds the one `.vmx` among the inputs.
final class VmwareSection {
  private final JobScope scope;
  private final InputFiles inputs;
  private final FileLookup files;
  private final Path initialDir;

  VmwareSection(JobScope scope, InputFiles inputs, FileLookup files, Path initialDir) {
    this.scope = scope;
    this.inputs = inputs;
    this.files = files;
    this.initialDir = initialDir;
  }

  Optional<VmwareImage> read() {
    boolean transfer = transfer();
    boolean snapshot = scope.bool(true, "vmware_snapshot_disk");
    if (!transfer && !snapshot) {
      scope
          .get("vmware_snapshot_disk")
          .ifPresent(v ->
              scope.error(
                  "S15",
                  v,
                  "vmware_should_transfer_files and vmware_snapshot_disk may not both be false",
                  "several jobs would write the same shared disk"));
    }
    Optional<SourceSpan> named = scope.get("vmware_dir");
    Optional<Path> directory = named.flatMap(this::directory);
    directory.ifPresent(d -> addFiles(named.get(), d, transfer));
    return vmx()
        .map(v ->
            new VmwareImage(
                directory, transfer, snapshot, v, inputs.ending(".vmdk"), Optional.empty()));
  }

  private boolean transfer() {
    if (scope.get("vmware_should_transfer_files").isEmpty()) {
      scope.missing(
          "S14",
          "vmware_should_transfer_files must be given",
          "YES: the files of vmware_dir are sent; NO: they are on a shared file system");
      return true;
    }
    return scope.bool(true, "vmware_should_transfer_files");
  }

  private Optional<Path> directory(SourceSpan value) {
    Path directory = initialDir.resolve(Values.unquoted(value.text())).normalize();
    if (!files.isDirectory(directory)) {
      scope.error(
          "S22",
          value,
          "cannot open " + value + " for reading (vm input)",
          "vmware_dir must be a directory on the submit host; looked for " + directory);
      return Optional.empty();
    }
    return Optional.of(directory);
  }

  /// Without transfer the `.vmx` is sent all the same, since the execute host rewrites it.
  private void addFiles(SourceSpan value, Path directory, boolean transfer) {
    if (transfer) {
      inputs.addContents(value, directory);
      return;
    }
    try {
      for (Path file : files.list(directory, InputFiles.MAX_FILES)) {
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".vmx")) {
          inputs.add(file, value, file.toString());
        }
      }
    } catch (IOException e) {
      scope.error("S22", value, "cannot read directory " + directory + " (vm input)", "");
    }
  }

  private Optional<String> vmx() {
    List<String> found = inputs.ending(".vmx");
    if (found.size() == 1) {
      return Optional.of(found.getFirst());
    }
    if (found.isEmpty()) {
      scope.missing(
          "S16",
          "no vmx file among vmware_dir and transfer_input_files",
          "exactly one file must end in .vmx; it describes the virtual machine");
    } else {
      scope.error(
          "S17",
          scope.get("vmware_dir").or(() -> scope.get("transfer_input_files")).orElseThrow(),
          "several vmx files: " + String.join(", ", found),
          "exactly one is allowed among vmware_dir and transfer_input_files");
    }
    return Optional.empty();
  }
}
