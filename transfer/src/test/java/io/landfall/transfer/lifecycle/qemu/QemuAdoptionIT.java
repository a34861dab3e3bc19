package io.landfall.transfer.lifecycle.qemu;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.guest.WorkPlan;
import io.landfall.transfer.guest.WorkPlan.Ending;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.Vm;
import io.landfall.transfer.lifecycle.VmRecord;
import io.landfall.transfer.lifecycle.VmSpec;
import io.landfall.transfer.lifecycle.VmState;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Guests that outlive the process that started them.
@Timeout(120)
class QemuAdoptionIT extends QemuGuests {
  @Test
  void aVmThatWasLeftRunningIsAdopted() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    Console.of(spec).await("STEP 5");
    try (Vm vm = driver().adopt(spec).orElseThrow()) {
      assertThat(vm.state()).isEqualTo(VmState.RUNNING);
      vm.pause();
      SavedState saved = vm.save();
      assertThat(saved.machine()).contains("pc-i440fx-");
    }
    assertThat(log(spec).firstViolation()).isEmpty();
  }

  @Test
  void howAVmEndedIsKnownThoughNobodyListened() throws Exception {
    for (Ending ending : List.of(Ending.RESET, Ending.POWER_OFF)) {
      WorkPlan plan = new WorkPlan(20, Duration.ofMillis(10)).endingWith(ending);
      VmSpec spec = spec(ending.name(), image(plan));
      DyingAgent.leave(spec, runtimeRoot);
      Console.of(spec).await("DONE 20");
      try (Vm vm = driver().adopt(spec).orElseThrow()) {
        assertThat(end(vm))
            .isEqualTo(ending == Ending.RESET ? EndReason.REBOOTED : EndReason.COMPLETED);
      }
      assertThat(log(spec).complete()).isTrue();
    }
  }

  @Test
  void aVmThatDiedMeanwhileIsLost() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    ProcessHandle qemu = qemu(spec);
    qemu.destroyForcibly();
    qemu.onExit().get(60, TimeUnit.SECONDS);
    try (Vm vm = driver().adopt(spec).orElseThrow()) {
      assertThat(vm.state()).isEqualTo(VmState.ENDED);
      assertThat(end(vm)).isEqualTo(EndReason.LOST);
    }
  }

  @Test
  void aLeftoverIsReaped() throws Exception {
    VmSpec spec = spec("a", image(LONG));
    DyingAgent.leave(spec, runtimeRoot);
    driver().reap(spec.workDir());
    assertThat(VmRecord.read(spec.workDir()).orElseThrow().end()).hasValue(EndReason.KILLED);
    driver().reap(spec.workDir());
    driver().reap(dir);
  }
}
