package io.landfall.transfer.daemon;

import com.sun.management.OperatingSystemMXBean;
import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.submit.MachineAd;
import io.landfall.transfer.submit.VmType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The ads of an execute host, one for each `vm_type` that it takes.
///
/// Its own `Requirements` are the administrator's `START`, and that no two of its guests have the
/// same MAC address: of two cards with one address on a network, both work badly.
final class MachineAds {
  private static final String NO_SECOND_MAC =
      "(TARGET.JobVM_MACADDR =?= undefined || MY.VM_All_Guest_Macs =?= undefined"
          + " || !stringListIMember(TARGET.JobVM_MACADDR, MY.VM_All_Guest_Macs))";

  private MachineAds() {}

  /// What is free now.
  ///
  /// @param memoryMiB `VM_MEMORY` not yet claimed
  /// @param slots `VM_MAX_NUMBER` less what is claimed
  /// @param claimed the machines that are claimed
  static List<String> of(
      AgentSettings settings, int memoryMiB, int slots, Collection<Request.VmShape> claimed)
      throws IOException {
    List<String> ads = new ArrayList<>();
    for (String word : settings.vmTypes()) {
      Optional<VmType> type = VmType.named(word);
      if (type.isPresent()) {
        ads.add(ad(settings, type.get(), memoryMiB, slots, claimed).toString());
      }
    }
    return ads;
  }

  private static ClassAd ad(
      AgentSettings settings,
      VmType type,
      int memoryMiB,
      int slots,
      Collection<Request.VmShape> claimed)
      throws IOException {
    MachinePolicy policy = settings.machine();
    ClassAd ad =
        new MachineAd(
                settings.name(),
                policy.arch(),
                type,
                physicalMiB(),
                memoryMiB,
                slots,
                freeKib(settings.execute()),
                policy.networkingTypes(),
                policy.hardwareVt(),
                policy.fileSystemDomain(),
                macs(claimed),
                List.of())
            .toClassAd();
    String requirements =
        policy.start().map(start -> "(" + start + ") && ").orElse("") + NO_SECOND_MAC;
    try {
      return ad.edit().expression("Requirements", requirements).build();
    } catch (ClassAdException e) {
      throw new IOException("START = " + policy.start().orElse("") + ": " + e.getMessage(), e);
    }
  }

  private static List<String> macs(Collection<Request.VmShape> claimed) {
    return claimed.stream()
        .flatMap(vm -> vm.macAddress().stream())
        .map(mac -> mac.toLowerCase(Locale.ROOT))
        .toList();
  }

  private static long freeKib(Path directory) {
    return directory.toFile().getUsableSpace() >> 10;
  }

  static int physicalMiB() {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return (int) Math.min(Integer.MAX_VALUE, system.getTotalMemorySize() >> 20);
  }
}
