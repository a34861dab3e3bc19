package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.lifecycle.EndReason;
import io.landfall.transfer.testing.LinuxGuest;
import io.landfall.transfer.testing.Pool;
import io.landfall.transfer.testing.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A guest that hangs after it armed the watchdog of its machine.
@Timeout(300)
class WatchdogIT {
  /// What Linux's driver i6300esb does, by hand: Debian's kernel for virtual machines has none. Two
  /// stages of half a second, and then the guest only turns in a circle.
  private static final String HANG =
      """
      for device in /sys/bus/pci/devices/*; do
        if [ "$(cat $device/vendor):$(cat $device/device)" = 0x8086:0x25ab ]; then
          echo 1 > $device/enable
          base=$(head -n 1 $device/resource | cut -d' ' -f1)
          unlock() { devmem $((base+12)) 16 0x80; devmem $((base+12)) 16 0x86; }
          unlock; devmem $((base+0)) 32 500
          unlock; devmem $((base+4)) 32 500
          printf '\\002' | dd of=$device/config bs=1 seek=104 conv=notrunc 2>/dev/null
          echo "ARMED 1"
        fi
      done
      while :; do :; done
      """;

  @TempDir Path directory;

  @Test
  void aGuestWhoseWatchdogFiresHasCrashed() throws Exception {
    Tools.need("qemu-system-x86_64");
    Path image = Files.createDirectories(directory.resolve("images")).resolve("linux.img");
    LinuxGuest.write(image, directory.resolve("parts"), HANG);
    try (Pool pool = new Pool(directory, "qemu")) {
      pool.startExecute("one");
      pool.startSubmit();
      String job = pool.submit(submitFile());

      JobEvent end = pool.watch(job, JobEvent.Ended.class::isInstance).getLast();

      assertThat(((JobEvent.Ended) end).reason()).isEqualTo(EndReason.CRASHED.toString());
      assertThat(pool.watch(job, JobEvent.Held.class::isInstance).getLast())
          .isInstanceOf(JobEvent.Held.class);
    }
  }

  private Path submitFile() throws IOException {
    return Files.writeString(
        directory.resolve("linux.sub"),
        """
        universe                = vm
        executable              = hangs
        vm_type                 = kvm
        vm_memory               = 128
        vm_disk                 = linux.img:vda:w:raw
        transfer_input_files    = images/linux.img
        when_to_transfer_output = ON_EXIT
        queue
        """);
  }
}
