package io.landfall.transfer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.VmgahpError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ExplainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  /// The table of the manual (R93.1 to R93.13).
  private static final List<String> MANUAL =
      List.of(
          "NO_VM_MEMORY_PARAM",
          "NO_VMWARE_VMX_PARAM",
          "KVM_NO_DISK_PARAM",
          "KVM_INVALID_DISK_PARAM",
          "KVM_MISMATCHED_CHECKPOINT",
          "XEN_NO_KERNEL_PARAM",
          "MISMATCHED_HARDWARE_VT",
          "XEN_KERNEL_NOT_FOUND",
          "XEN_INITRD_NOT_FOUND",
          "XEN_NO_ROOT_DEVICE_PARAM",
          "XEN_NO_DISK_PARAM",
          "XEN_INVALID_DISK_PARAM",
          "XEN_MISMATCHED_CHECKPOINT");

  @Test
  void everyReasonOfTheManualHoldsTheJobAndIsExplained() {
    assertThat(run()).isZero();
    for (String name : MANUAL) {
      VmgahpError error = VmgahpError.named("VMGAHP_ERR_JOBCLASSAD_" + name).orElseThrow();
      assertThat(error.holds()).as(name).isTrue();
      assertThat(error.inManual()).as(name).isTrue();
      assertThat(out.toString()).contains(error.text()).contains(error.remedy());
    }
    assertThat(List.of(VmgahpError.values()).stream().filter(VmgahpError::inManual))
        .hasSize(MANUAL.size());
  }

  @Test
  void subCodesAreNumberedAsHtcondorDoes() {
    assertThat(VmgahpError.JOBCLASSAD_NO_VM_MEMORY_PARAM.subCode()).hasValue(0);
    assertThat(VmgahpError.JOBCLASSAD_KVM_MISMATCHED_CHECKPOINT.subCode()).hasValue(11);
    assertThat(VmgahpError.BAD_IMAGE.subCode()).hasValue(12);
    assertThat(VmgahpError.CRITICAL.subCode()).isEmpty();
  }

  @Test
  void oneReasonIsFoundByAnyOfItsNames() {
    assertThat(run("bad_image")).isZero();
    assertThat(out.toString()).contains("VMGAHP_ERR_BAD_IMAGE").contains("holds the job");
  }

  @Test
  void anUnknownReasonIsNotFound() {
    assertThat(run("VMGAHP_ERR_WEATHER")).isEqualTo(4);
    assertThat(err.toString()).contains("WEATHER");
  }

  private int run(String... arguments) {
    CommandLine line = Main.commandLine();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] all = new String[arguments.length + 1];
    all[0] = "explain";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return line.execute(all);
  }
}
