package io.landfall.transfer.daemon;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.control.Reply;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Reads a running agent's configuration again, and tells how the agent is. Any thread.
///
/// A configuration is taken whole or not at all. What is not in [#LIVE] waits for the next start
/// and is named; so is whatever a later version adds and nobody thought of here.
public final class Administration {
  /// What changes while an agent runs. Claims, landings and attempts of jobs that have begun keep
  /// what they began with.
  static final Set<String> LIVE =
      Set.of(
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
          "VM_NETWORKING_BRIDGE_INTERFACE",
          "RESERVED_DISK",
          "LANDFALL_CHECKPOINT_QUOTA",
          "LANDFALL_CHECKPOINT_COMPRESSION",
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
          "LANDFALL_SUBMIT_HOSTS",
          "LANDFALL_CHECKPOINT_INTERVAL",
          Logging.FORMAT,
          Logging.LEVEL);

  private static final System.Logger LOG = System.getLogger(Administration.class.getName());
  private static final String UNSET = "unset";

  private final Agent agent;
  private final ConfigurationSources sources;
  private final AgentSettings started;
  private final Consumer<Logging> logs;
  private final String version;
  private final RecentLog recent;
  private final Map<String, String> inForce; // guarded by this

  /// @param started what the agent was started with, read from `configuration`
  /// @param sources where to read again
  /// @param logs takes over how to log
  /// @param recent the last lines of the log
  public Administration(
      Agent agent,
      AgentSettings started,
      Configuration configuration,
      ConfigurationSources sources,
      Consumer<Logging> logs,
      RecentLog recent,
      String version)
      throws InvalidConfigurationException {
    this.agent = agent;
    this.started = started;
    this.sources = sources;
    this.logs = logs;
    this.recent = recent;
    this.version = version;
    this.inForce = values(configuration);
  }

  private static Map<String, String> values(Configuration configuration)
      throws InvalidConfigurationException {
    Map<String, String> values = new TreeMap<>();
    for (String name : AgentKnobs.NAMES) {
      configuration.find(name).ifPresent(setting -> values.put(name, setting.value()));
    }
    return values;
  }

  /// Reads the configuration again and takes over what can change.
  ///
  /// @throws IOException with every mistake, its file and its line, if there is one; then nothing
  ///   has changed
  public synchronized Reply.Reloaded reload() throws IOException {
    try {
      Configuration configuration = Configuration.load(sources);
      AgentSettings fresh = AgentKnobs.read(configuration);
      Map<String, String> values = values(configuration);
      Map<String, String> changed = new TreeMap<>();
      List<String> needRestart = new ArrayList<>();
      for (String name : AgentKnobs.NAMES) {
        String value = values.getOrDefault(name, UNSET);
        if (value.equals(inForce.getOrDefault(name, UNSET))) {
          continue;
        }
        if (LIVE.contains(name)) {
          changed.put(name, value);
        } else {
          needRestart.add(name);
        }
      }
      agent.reconfigure(fresh.whileRunning(started));
      logs.accept(Logging.read(configuration));
      changed.keySet().forEach(inForce::remove);
      changed.forEach((name, value) -> {
        if (values.containsKey(name)) {
          inForce.put(name, value);
        }
      });
      LOG.log(
          System.Logger.Level.INFO,
          "configuration read again; changed {0}, need a restart {1}",
          changed,
          needRestart);
      return new Reply.Reloaded(changed, needRestart);
    } catch (InvalidConfigurationException e) {
      throw new IOException("the old configuration stays in force: " + e.getMessage(), e);
    }
  }

  /// As [#reload], for a signal: nobody waits for the answer.
  public void reloadUnasked() {
    try {
      var _ = reload();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, e.getMessage());
    }
  }

  /// How the agent is.
  public Reply.Inspection inspect() throws IOException {
    Map<String, Long> figures = new TreeMap<>(agent.figures());
    Runtime runtime = Runtime.getRuntime();
    figures.put("heap bytes", runtime.totalMemory() - runtime.freeMemory());
    figures.put("heap limit bytes", runtime.maxMemory());
    Map<String, String> settings;
    synchronized (this) {
      settings = new TreeMap<>(inForce);
    }
    return new Reply.Inspection(
        version,
        ProcessHandle.current().pid(),
        Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime()),
        settings,
        figures,
        recent.text(),
        ThreadDump.text());
  }
}
