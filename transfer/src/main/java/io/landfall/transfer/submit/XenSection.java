package io.landfall.transfer.submit;

import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import io.landfall.transfer.submit.XenKernel.Form;
import java.util.Optional;

/// Reads what only a Xen job has: `xen_kernel`, `xen_initrd`, `xen_root`, `xen_kernel_params`.
final class XenSection {
  private final JobScope scope;
  private final InputFiles inputs;

  XenSection(JobScope scope, InputFiles inputs) {
    this.scope = scope;
    this.inputs = inputs;
  }

  Optional<XenKernel> read() {
    Optional<SourceSpan> kernel = scope.get("xen_kernel");
    Optional<SourceSpan> initrd = scope.get("xen_initrd");
    Optional<SourceSpan> root = scope.get("xen_root");
    Optional<String> params = scope.get("xen_kernel_params").map(p -> Values.unquoted(p.text()));
    if (kernel.isEmpty()) {
      scope.missing("S08", "xen_kernel is missing; use included, vmx or a file name", "");
      return Optional.empty();
    }
    Form form = form(kernel.get().text());
    if (form != Form.FILE) {
      initrd.ifPresent(i -> refuseInitrd(i, kernel.get()));
      return Optional.of(
          new XenKernel(form, Optional.empty(), Optional.empty(), Optional.empty(), params));
    }
    if (root.isEmpty()) {
      scope.missing(
          "S10",
          "xen_root is missing (needed with a kernel file)",
          "xen_root = the device with the root files, such as sda1");
    }
    reachable(kernel.get(), "xen_kernel", "XEN_KERNEL_NOT_FOUND");
    initrd.ifPresent(i -> reachable(i, "xen_initrd", "XEN_INITRD_NOT_FOUND"));
    return Optional.of(
        new XenKernel(
            form,
            kernel.map(SourceSpan::text),
            initrd.map(SourceSpan::text),
            root.map(r -> Values.unquoted(r.text())),
            params));
  }

  private static Form form(String word) {
    return word.equalsIgnoreCase("included")
        ? Form.INCLUDED
        : word.equalsIgnoreCase("vmx") ? Form.VMX : Form.FILE;
  }

  private void refuseInitrd(SourceSpan initrd, SourceSpan kernel) {
    scope.error(
        "S09",
        initrd,
        "xen_initrd needs xen_kernel to be a kernel file, not " + kernel,
        "name the kernel file, or leave xen_initrd out");
  }

  private void reachable(SourceSpan file, String command, String holdReason) {
    if (!file.text().startsWith("/") && !inputs.has(file.text())) {
      scope.error(
          "T06",
          file,
          command + ": relative kernel name that is not in transfer_input_files: " + file,
          "add it there, or give the full path on a shared file system; HTCondor accepts this and"
              + " later holds the job: VMGAHP_ERR_JOBCLASSAD_"
              + holdReason);
    }
  }
}
