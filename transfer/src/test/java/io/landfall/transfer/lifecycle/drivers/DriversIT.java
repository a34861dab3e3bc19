package io.landfall.transfer.lifecycle.drivers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.Probe;
import io.landfall.transfer.lifecycle.qemu.QemuDriver;
import io.landfall.transfer.lifecycle.qemu.QemuSettings;
import io.landfall.transfer.lifecycle.qemu.QemuSettings.Acceleration;
import io.landfall.transfer.testing.Tools;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

/// Whichever this machine is: one where guests run under KVM, or one where they do not.
class DriversIT {
  @Test
  void kvmIsTheCpuOrASentenceAndAutoIsEitherWithOneLineIfItIsSlow() throws Exception {
    Tools.need("qemu-system-x86_64");
    Probe kvm = new QemuDriver(QemuSettings.defaults().with(Acceleration.KVM)).probe();
    List<String> lines = new ArrayList<>();
    Probe auto = autoProbe(lines);
    assertThat(auto.usable()).isTrue();
    if (kvm.usable()) {
      assertThat(Drivers.named("qemu@kvm").probe().accelerator()).isEqualTo("kvm");
      assertThat(auto.accelerator()).isEqualTo("kvm");
      assertThat(lines).isEmpty();
    } else {
      assertThatThrownBy(() -> Drivers.named("qemu@kvm"))
          .hasMessageStartingWith("hypervisor qemu@kvm does not work here: ")
          .hasMessageEndingWith(
              "; qemu@auto would go on in software, landfall doctor says what helps");
      assertThat(auto.accelerator()).isEqualTo("tcg");
      assertThat(lines)
          .singleElement()
          .asString()
          .startsWith("guests run in software emulation (tcg)")
          .contains("KVM does not work here: ");
    }
  }

  /// What `qemu@auto` finds, asked twice, and what it logs.
  private static Probe autoProbe(List<String> lines) throws Exception {
    Logger logger = Logger.getLogger(QemuDriver.class.getPackageName());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            lines.add(new SimpleFormatter().formatMessage(entry));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    try {
      var driver = Drivers.named("qemu@auto");
      var _ = driver.probe();
      return driver.probe();
    } finally {
      logger.removeHandler(handler);
    }
  }
}
