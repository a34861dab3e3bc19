package io.landfall.transfer.daemon;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.Configuration.Setting;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Every setting of an agent with the value that holds, and where that is from: what
/// `condor_config_val -dump -verbose` is for HTCondor.
public final class EffectiveSettings {
  /// Where a value is from that nobody set.
  public static final String DEFAULT = "default";

  private static final int COLUMN = 52;

  private EffectiveSettings() {}

  /// A setting.
  ///
  /// @param name of it
  /// @param value that holds; empty: none, and `note` says what that means
  /// @param where file, line and column, or the environment variable, or `command line`, or
  ///   [#DEFAULT]
  /// @param note what the default means, or from what it follows; empty where the value says it
  /// @param live whether a running agent takes over another value (`landfall reload`)
  public record Knob(String name, String value, String where, String note, boolean live) {
    /// Whether nobody set it.
    public boolean isDefault() {
      return where.equals(DEFAULT);
    }
  }

  /// What holds if a name is not set.
  private record Standard(String value, String note) {
    static Standard of(String value) {
      return new Standard(value, "");
    }

    static Standard none(String note) {
      return new Standard("", note);
    }
  }

  /// All that an agent reads, in the order in which they are documented.
  public static List<Knob> of(Configuration configuration) throws InvalidConfigurationException {
    AgentSettings settings = AgentKnobs.read(configuration);
    List<Knob> knobs = new ArrayList<>();
    for (String name : AgentKnobs.NAMES) {
      Optional<Setting> set = configuration.find(name);
      boolean live = Administration.LIVE.contains(name);
      if (set.isPresent()) {
        knobs.add(new Knob(name, set.get().value(), set.get().where().toString(), "", live));
      } else {
        Standard standard = standard(name, settings);
        knobs.add(new Knob(name, standard.value, DEFAULT, standard.note, live));
      }
    }
    return knobs;
  }

  /// What else is set: macros of the administrator's, and settings of HTCondor's that an agent does
  /// not read.
  public static List<Setting> others(Configuration configuration)
      throws InvalidConfigurationException {
    return configuration.all().stream()
        .filter(setting -> AgentKnobs.NAMES.stream().noneMatch(setting.name()::equalsIgnoreCase))
        .toList();
  }

  /// All that is set or holds, a setting a line, with where it is from behind it.
  public static String text(Configuration configuration) throws InvalidConfigurationException {
    StringBuilder text = new StringBuilder();
    for (Knob knob : of(configuration)) {
      String from = knob.note.isEmpty() ? knob.where : knob.where + ": " + knob.note;
      line(text, knob.name, knob.value, from);
    }
    List<Setting> others = others(configuration);
    if (!others.isEmpty()) {
      text.append("\n# Set as well, and not read by an agent itself:\n");
      others.forEach(other -> line(text, other.name(), other.value(), other.where().toString()));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value, String from) {
    String setting = (name + " = " + value.replace("\n", "\\n")).stripTrailing();
    text.append(setting)
        .repeat(" ", Math.max(0, COLUMN - setting.length()))
        .append("  # ")
        .append(from)
        .append('\n');
  }

  /// Set to its value, each means what it does unset; a test holds this to [AgentKnobs#read].
  private static Standard standard(String name, AgentSettings settings) {
    return switch (name) {
      case "LANDFALL_ROLES" -> Standard.of("SUBMIT, EXECUTE");
      case "LANDFALL_NAME" -> new Standard(settings.name(), "the host name");
      case "NETWORK_INTERFACE" -> Standard.of("127.0.0.1");
      case "LANDFALL_PORT" -> Standard.of("" + AgentKnobs.DEFAULT_PORT);
      case "LANDFALL_ADDRESS_FILE" -> Standard.none("not written");
      case "SPOOL" -> Standard.of(AgentKnobs.SPOOL);
      case "EXECUTE" -> Standard.of(AgentKnobs.EXECUTE);
      case "LANDFALL_EXECUTE_HOSTS" -> Standard.none("none");
      case "LANDFALL_HYPERVISOR" -> Standard.of(settings.hypervisor());
      case "VM_TYPE" -> Standard.of(String.join(", ", settings.vmTypes()));
      case "VM_MEMORY" -> new Standard("" + settings.vmMemoryMiB(), "this host's memory, MiB");
      case "VM_MAX_NUMBER" -> Standard.none("no limit");
      case "MAX_CONCURRENT_UPLOADS" -> Standard.of("" + TransferLimits.STANDARD.uploads());
      case "MAX_CONCURRENT_DOWNLOADS" -> Standard.of("" + TransferLimits.STANDARD.downloads());
      case QueuePolicy.DISK_LOAD -> Standard.of("" + DiskThrottle.Limits.STANDARD.high());
      case QueuePolicy.INCREMENTS -> Standard.of("1m");
      case QueuePolicy.USER -> Standard.none("a job's owner");
      case "LANDFALL_IMAGE_CACHE_SIZE",
          "LANDFALL_MAX_SEND_RATE",
          "LANDFALL_MAX_SEND_RATE_PER_OWNER" ->
          new Standard("0", "no limit");
      case "LANDING" -> Standard.of("FULL");
      case "LANDFALL_SWARM" -> Standard.of("" + TransferLimits.STANDARD.swarm());
      case "LANDFALL_SWARM_UPLOADS" -> Standard.of("" + TransferLimits.STANDARD.swarmUploads());
      case "VM_NETWORKING_BRIDGE_INTERFACE" -> Standard.none("no bridge");
      case "RESERVED_DISK" -> Standard.of("0");
      case "LANDFALL_CHECKPOINT_QUOTA" -> Standard.none("no limit");
      case "LANDFALL_CHECKPOINT_COMPRESSION" -> Standard.of("LZ4");
      case "LANDFALL_CHECKPOINT_KEY_FILE" -> Standard.none("the store is not encrypted");
      case "JOB_DEFAULT_LEASE_DURATION" -> Standard.of("20m");
      case "ARCH" -> Standard.of("X86_64");
      case "FILESYSTEM_DOMAIN" ->
          new Standard(settings.machine().fileSystemDomain(), "the host name");
      case "VM_NETWORKING" -> Standard.of("true");
      case "VM_NETWORKING_TYPE" -> networkingTypes(settings);
      case "VM_NETWORKING_DEFAULT_TYPE" ->
          new Standard(settings.machine().defaultNetworking().word(), "the first of the types");
      case "VM_HARDWARE_VT" -> Standard.of("false");
      case "XEN_BOOTLOADER" -> Standard.of(MachinePolicy.XEN_BOOT_LOADER);
      case "START" -> Standard.none("every job");
      case "APPEND_REQ_VM", "APPEND_REQUIREMENTS" -> Standard.none("nothing");
      case AgentSecurity.POOL -> Standard.none("no pool: this machine only");
      case AgentSecurity.ENCRYPTION -> Standard.of("REQUIRED");
      case "LANDFALL_SUBMIT_HOSTS" -> Standard.none("any host of the pool");
      case AgentKnobs.COPY_DIRECTORIES -> Standard.none("nothing may be copied");
      case "LANDFALL_CHECKPOINT_INTERVAL" -> new Standard("0", "at evictions only");
      case Logging.FORMAT -> Standard.of("text");
      case Logging.LEVEL -> Standard.of("INFO");
      case AgentKnobs.HTTP_LISTEN -> Standard.none("no status page");
      case HypervisorKnobs.STATUS_INTERVAL -> Standard.none("60 seconds; with VMware 2");
      case HypervisorKnobs.NETWORKING -> Standard.none("the next two");
      case HypervisorKnobs.NAT -> Standard.of(settings.drivers().vmware().nat());
      case HypervisorKnobs.BRIDGE -> Standard.of(settings.drivers().vmware().bridge());
      case HypervisorKnobs.LOCAL_SETTINGS -> Standard.none("no lines");
      default -> throw new IllegalStateException(name + " has no default here");
    };
  }

  private static Standard networkingTypes(AgentSettings settings) {
    String words =
        String.join(
            ", ", settings.machine().networkingTypes().stream().map(type -> type.word()).toList());
    return words.isEmpty()
        ? Standard.none("VM_NETWORKING is false")
        : new Standard(words, "nat, and bridge if there is one");
  }
}
