package io.landfall.transfer.daemon;

import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.Configuration.Setting;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.config.Problem;
import io.landfall.transfer.control.Request.Prepare;
import io.landfall.transfer.net.Encryption;
import io.landfall.transfer.submit.NetworkingType;
import io.landfall.transfer.web.Listen;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The agent's settings in HTCondor's configuration language: HTCondor's names wherever it has one,
/// `LANDFALL_…` for the rest.
public final class AgentKnobs {
  static final int DEFAULT_PORT = 9717;
  static final String SPOOL = "/var/spool/landfall";
  static final String EXECUTE = "/var/lib/landfall/execute";
  static final String HTTP_LISTEN = "LANDFALL_HTTP_LISTEN";
  static final String COPY_DIRECTORIES = "LANDFALL_COPY_DIRECTORIES";

  private static final int MAX_SWARM_UPLOADS = 64;
  private static final int MAX_PORT = 65535;
  private static final String SPOOL_NAME = "landfall";

  /// Every name an agent reads, in the order in which they are documented.
  public static final List<String> NAMES =
      List.of(
          "LANDFALL_ROLES",
          "LANDFALL_NAME",
          "NETWORK_INTERFACE",
          "LANDFALL_PORT",
          "LANDFALL_ADDRESS_FILE",
          "SPOOL",
          "EXECUTE",
          "LANDFALL_EXECUTE_HOSTS",
          "LANDFALL_HYPERVISOR",
          "VM_TYPE",
          "VM_MEMORY",
          "VM_MAX_NUMBER",
          "MAX_CONCURRENT_UPLOADS",
          "MAX_CONCURRENT_DOWNLOADS",
          QueuePolicy.DISK_LOAD,
          QueuePolicy.INCREMENTS,
          QueuePolicy.USER,
          "LANDFALL_IMAGE_CACHE_SIZE",
          "LANDFALL_MAX_SEND_RATE",
          "LANDFALL_MAX_SEND_RATE_PER_OWNER",
          "LANDING",
          "LANDFALL_SWARM",
          "LANDFALL_SWARM_UPLOADS",
          "VM_NETWORKING_BRIDGE_INTERFACE",
          "RESERVED_DISK",
          "LANDFALL_CHECKPOINT_QUOTA",
          "LANDFALL_CHECKPOINT_COMPRESSION",
          "LANDFALL_CHECKPOINT_KEY_FILE",
          "JOB_DEFAULT_LEASE_DURATION",
          "ARCH",
          "FILESYSTEM_DOMAIN",
          "VM_NETWORKING",
          "VM_NETWORKING_TYPE",
          "VM_NETWORKING_DEFAULT_TYPE",
          "VM_HARDWARE_VT",
          "XEN_BOOTLOADER",
          "START",
          "APPEND_REQ_VM",
          "APPEND_REQUIREMENTS",
          AgentSecurity.POOL,
          AgentSecurity.ENCRYPTION,
          "LANDFALL_SUBMIT_HOSTS",
          COPY_DIRECTORIES,
          "LANDFALL_CHECKPOINT_INTERVAL",
          Logging.FORMAT,
          Logging.LEVEL,
          HTTP_LISTEN,
          HypervisorKnobs.STATUS_INTERVAL,
          HypervisorKnobs.NETWORKING,
          HypervisorKnobs.NAT,
          HypervisorKnobs.BRIDGE,
          HypervisorKnobs.LOCAL_SETTINGS);

  private final Configuration configuration;

  private AgentKnobs(Configuration configuration) {
    this.configuration = configuration;
  }

  /// Reads every setting an agent has.
  ///
  /// @throws InvalidConfigurationException naming the setting, where it was set, and what would be
  ///   right
  public static AgentSettings read(Configuration configuration)
      throws InvalidConfigurationException {
    List<Problem> misspelled = configuration.misspelled(NAMES);
    if (!misspelled.isEmpty()) {
      throw new InvalidConfigurationException(misspelled);
    }
    AgentSettings settings = new AgentKnobs(configuration).read();
    var _ = Logging.read(configuration);
    if (settings.roles().contains(AgentSettings.Role.SUBMIT)) {
      requireSafeFromPreen(configuration);
    }
    return settings;
  }

  /// HTCondor's condor_preen deletes what it does not know in SPOOL. Under a configuration of
  /// HTCondor's, our directory must be named there before anything is put into it.
  private static void requireSafeFromPreen(Configuration configuration)
      throws InvalidConfigurationException {
    Optional<Setting> htcondor = configuration.find("CONDOR_HOST");
    if (htcondor.isPresent() && !configuration.list("VALID_SPOOL_FILES").contains(SPOOL_NAME)) {
      throw Configuration.refused(
          configuration
              .find("VALID_SPOOL_FILES")
              .orElse(new Setting("VALID_SPOOL_FILES", "unset", htcondor.get().where())),
          "a list with " + SPOOL_NAME + " in it, or condor_preen deletes the checkpoint store");
    }
  }

  /// Where to write the agent's address once it listens, as HTCondor's `SCHEDD_ADDRESS_FILE` does.
  public static Optional<Path> addressFile(Configuration configuration)
      throws InvalidConfigurationException {
    return configuration.path("LANDFALL_ADDRESS_FILE");
  }

  private AgentSettings read() throws InvalidConfigurationException {
    Optional<String> appendRequirements = expression("APPEND_REQUIREMENTS");
    return new AgentSettings(
        configuration.text("LANDFALL_NAME", hostName()),
        roles(),
        new InetSocketAddress(
            configuration.text("NETWORK_INTERFACE", "127.0.0.1"),
            number("LANDFALL_PORT", DEFAULT_PORT, 0, MAX_PORT)),
        path("SPOOL", SPOOL),
        path("EXECUTE", EXECUTE),
        addresses("LANDFALL_EXECUTE_HOSTS"),
        configuration.text("LANDFALL_HYPERVISOR", "auto"),
        list("VM_TYPE", List.of("kvm")),
        number("VM_MEMORY", MachineAds.physicalMiB(), 1, Integer.MAX_VALUE),
        number("VM_MAX_NUMBER", Integer.MAX_VALUE, 1, Integer.MAX_VALUE),
        configuration.find("VM_NETWORKING_BRIDGE_INTERFACE").map(Setting::value),
        configuration.duration("JOB_DEFAULT_LEASE_DURATION", Duration.ofMinutes(20)),
        machine(),
        transfers(),
        expression("APPEND_REQ_VM").or(() -> appendRequirements),
        new AgentSecurity(
            configuration.path(AgentSecurity.POOL),
            encryption(),
            configuration.list("LANDFALL_SUBMIT_HOSTS")),
        StoreKnobs.read(configuration),
        copyDirectories(),
        configuration.duration("LANDFALL_CHECKPOINT_INTERVAL", Duration.ZERO),
        HypervisorKnobs.read(configuration),
        http());
  }

  private Optional<Listen> http() throws InvalidConfigurationException {
    Optional<Setting> setting = configuration.find(HTTP_LISTEN);
    if (setting.isEmpty()) {
      return Optional.empty();
    }
    Optional<Listen> listen = Listen.parse(setting.get().value());
    if (listen.isEmpty()) {
      throw refused(HTTP_LISTEN, Listen.EXPECTED);
    }
    if (!listen.get().isLocal() && configuration.find(AgentSecurity.POOL).isEmpty()) {
      throw refused(
          HTTP_LISTEN,
          "the loopback address or a Unix socket, or " + AgentSecurity.POOL + " to be set");
    }
    return listen;
  }

  private CopyDirectories copyDirectories() throws InvalidConfigurationException {
    Optional<CopyDirectories> directories =
        CopyDirectories.of(configuration.list(COPY_DIRECTORIES));
    if (directories.isEmpty()) {
      throw refused(COPY_DIRECTORIES, "a list of NAME=/PATH");
    }
    return directories.get();
  }

  private Encryption encryption() throws InvalidConfigurationException {
    String word = configuration.text(AgentSecurity.ENCRYPTION, Encryption.REQUIRED.name());
    Optional<Encryption> encryption = AgentSecurity.encryption(word);
    if (encryption.isEmpty()) {
      throw refused(AgentSecurity.ENCRYPTION, AgentSecurity.ENCRYPTIONS);
    }
    return encryption.get();
  }

  private TransferLimits transfers() throws InvalidConfigurationException {
    TransferLimits standard = TransferLimits.STANDARD;
    return new TransferLimits(
        number("MAX_CONCURRENT_UPLOADS", standard.uploads(), 0, Integer.MAX_VALUE),
        number("MAX_CONCURRENT_DOWNLOADS", standard.downloads(), 0, Integer.MAX_VALUE),
        (long) number("LANDFALL_IMAGE_CACHE_SIZE", 0, 0, Integer.MAX_VALUE) << 20,
        (long) number("RESERVED_DISK", 0, 0, Integer.MAX_VALUE) << 20,
        (long) number("LANDFALL_MAX_SEND_RATE", 0, 0, Integer.MAX_VALUE) << 10,
        (long) number("LANDFALL_MAX_SEND_RATE_PER_OWNER", 0, 0, Integer.MAX_VALUE) << 10,
        lazily(),
        configuration.bool("LANDFALL_SWARM", standard.swarm()),
        number("LANDFALL_SWARM_UPLOADS", standard.swarmUploads(), 1, MAX_SWARM_UPLOADS),
        QueuePolicy.read(configuration));
  }

  private boolean lazily() throws InvalidConfigurationException {
    String word = configuration.text("LANDING", Prepare.FULL);
    if (!word.equalsIgnoreCase(Prepare.LAZY) && !word.equalsIgnoreCase(Prepare.FULL)) {
      throw refused("LANDING", "LAZY or FULL");
    }
    return word.equalsIgnoreCase(Prepare.LAZY);
  }

  private MachinePolicy machine() throws InvalidConfigurationException {
    List<NetworkingType> types = networkingTypes();
    NetworkingType standard = types.isEmpty() ? NetworkingType.NAT : types.getFirst();
    return new MachinePolicy(
        configuration.text("ARCH", "X86_64"),
        configuration.text("FILESYSTEM_DOMAIN", hostName()),
        types,
        networkingType(
            "VM_NETWORKING_DEFAULT_TYPE",
            configuration.text("VM_NETWORKING_DEFAULT_TYPE", standard.word())),
        configuration.bool("VM_HARDWARE_VT", false),
        configuration.text("XEN_BOOTLOADER", MachinePolicy.XEN_BOOT_LOADER),
        expression("START"));
  }

  /// The hypervisor's own network needs nothing of the host, so guests can have one unless the
  /// administrator says no.
  private List<NetworkingType> networkingTypes() throws InvalidConfigurationException {
    if (!configuration.bool("VM_NETWORKING", true)) {
      return List.of();
    }
    boolean bridge = configuration.find("VM_NETWORKING_BRIDGE_INTERFACE").isPresent();
    List<NetworkingType> types = new ArrayList<>();
    for (String word :
        list("VM_NETWORKING_TYPE", bridge ? List.of("nat", "bridge") : List.of("nat"))) {
      types.add(networkingType("VM_NETWORKING_TYPE", word));
    }
    if (types.contains(NetworkingType.BRIDGE) && !bridge) {
      throw refused(
          "VM_NETWORKING_TYPE", "without bridge, or VM_NETWORKING_BRIDGE_INTERFACE to be set");
    }
    return types;
  }

  private NetworkingType networkingType(String name, String word)
      throws InvalidConfigurationException {
    Optional<NetworkingType> type = NetworkingType.named(word);
    if (type.isEmpty()) {
      throw refused(name, "nat or bridge");
    }
    return type.get();
  }

  private Optional<String> expression(String name) throws InvalidConfigurationException {
    Optional<Setting> setting = configuration.find(name);
    if (setting.isPresent()) {
      try {
        Expression.parse(setting.get().value());
      } catch (ClassAdException e) {
        throw refused(name, "a ClassAd expression (" + e.getMessage() + ")");
      }
    }
    return setting.map(Setting::value);
  }

  private Set<AgentSettings.Role> roles() throws InvalidConfigurationException {
    Set<AgentSettings.Role> roles = EnumSet.noneOf(AgentSettings.Role.class);
    for (String word : list("LANDFALL_ROLES", List.of("SUBMIT", "EXECUTE"))) {
      try {
        roles.add(AgentSettings.Role.valueOf(word.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        throw refused("LANDFALL_ROLES", "SUBMIT, EXECUTE or both");
      }
    }
    return roles;
  }

  private Path path(String name, String standard) throws InvalidConfigurationException {
    return configuration.path(name).orElse(Path.of(standard)).toAbsolutePath();
  }

  private List<String> list(String name, List<String> standard)
      throws InvalidConfigurationException {
    List<String> list = configuration.list(name);
    return list.isEmpty() ? standard : list;
  }

  private int number(String name, int standard, int min, int max)
      throws InvalidConfigurationException {
    return (int) configuration.integer(name, standard, min, max);
  }

  private List<InetSocketAddress> addresses(String name) throws InvalidConfigurationException {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (String text : configuration.list(name)) {
      int colon = text.lastIndexOf(':');
      try {
        addresses.add(
            colon < 0
                ? new InetSocketAddress(text, DEFAULT_PORT)
                : new InetSocketAddress(
                    text.substring(0, colon), Integer.parseInt(text.substring(colon + 1))));
      } catch (IllegalArgumentException e) {
        throw refused(name, "addresses as HOST or HOST:PORT");
      }
    }
    return addresses;
  }

  private InvalidConfigurationException refused(String name, String expected)
      throws InvalidConfigurationException {
    Setting setting = configuration.find(name).orElseThrow();
    return Configuration.refused(setting, expected);
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (IOException e) {
      return "localhost";
    }
  }
}
