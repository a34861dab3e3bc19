package io.landfall.transfer.submit;

import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// The guest's network: `vm_networking`, `vm_networking_type`, `vm_macaddr`.
///
/// @param on whether it has one
/// @param type the only kind that will do, if the job names one
/// @param macAddress lower case, if the job names one
record Network(boolean on, Optional<NetworkingType> type, Optional<String> macAddress) {
  private static final Pattern MAC = Pattern.compile("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}");

  /// VMware lets nobody choose other addresses.
  private static final Pattern VMWARE_MAC =
      Pattern.compile("00:50:56:[0-3][0-9a-f](:[0-9a-f]{2}){2}");

  static Network read(JobScope scope, Optional<VmType> hypervisor) {
    boolean on = scope.bool(false, "vm_networking", "JobVMNetworking");
    Optional<NetworkingType> type =
        scope
            .get("vm_networking_type", "JobVMNetworkingType")
            .filter(word -> on)
            .flatMap(word -> type(scope, word));
    Optional<String> mac =
        scope
            .get("vm_macaddr", "JobVM_MACADDR")
            .flatMap(value -> macAddress(scope, value, hypervisor));
    return new Network(on, type, mac);
  }

  private static Optional<NetworkingType> type(JobScope scope, SourceSpan word) {
    Optional<NetworkingType> type = NetworkingType.named(Values.unquoted(word.text()));
    if (type.isEmpty()) {
      scope.error(
          "T05",
          word,
          "vm_networking_type is neither nat nor bridge: " + word,
          "HTCondor accepts this, and the job never matches");
    }
    return type;
  }

  private static Optional<String> macAddress(
      JobScope scope, SourceSpan value, Optional<VmType> hypervisor) {
    String text = Values.unquoted(value.text()).toLowerCase(Locale.ROOT);
    boolean unicast =
        MAC.matcher(text).matches() && Integer.parseInt(text.substring(0, 2), 16) % 2 == 0;
    boolean vmware = hypervisor.filter(h -> h == VmType.VMWARE).isPresent();
    if (unicast && (!vmware || VMWARE_MAC.matcher(text).matches())) {
      return Optional.of(text);
    }
    scope.error(
        "L07",
        value,
        unicast
            ? "vm_macaddr is not one that VMware lets be chosen: " + text
            : "vm_macaddr is not the address of one network card: " + text,
        vmware
            ? "from 00:50:56:00:00:00 to 00:50:56:3f:ff:ff"
            : "six pairs of hexadecimal digits, the first pair even, such as 52:54:00:12:34:56");
    return Optional.empty();
  }
}
