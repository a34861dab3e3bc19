package io.landfall.transfer.doctor;

import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.daemon.AgentKnobs;
import io.landfall.transfer.daemon.AgentSettings;
import io.landfall.transfer.daemon.EffectiveSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/// Collects what goes into a [SupportBundle]. What cannot be had is named with the reason.
public final class Evidence {
  private static final int MAX_FILES = 200_000;
  private static final int MAX_LOGS = 16;

  private final SupportBundle bundle = new SupportBundle();
  private final ConfigurationSources sources;

  /// @param sources the agent's configuration
  public Evidence(ConfigurationSources sources) {
    this.sources = sources;
  }

  /// What runs here.
  public Evidence versions(String version) {
    bundle.add(
        "versions.txt",
        "Landfall, Java, the system, QEMU",
        """
        %s
        %s %s, %s
        %s\
        """
            .formatted(
                version,
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"),
                Commands.output("qemu-system-x86_64", "--version")));
    return this;
  }

  /// The configuration: what holds and where it came from, and the file as it is written.
  public Evidence configuration() {
    bundle.add("configuration.txt", "every setting and where it is from", settings());
    sources
        .file()
        .ifPresent(file -> bundle.add("configuration-file.txt", file.toString(), end(file)));
    return this;
  }

  private String settings() {
    try {
      Configuration configuration = Configuration.load(sources);
      try {
        return EffectiveSettings.text(configuration);
      } catch (InvalidConfigurationException e) {
        StringBuilder text = new StringBuilder(e.getMessage()).append("\n\n");
        for (Configuration.Setting setting : configuration.all()) {
          text.append(
              "%s = %s    # %s\n".formatted(setting.name(), setting.value(), setting.where()));
        }
        return text.toString();
      }
    } catch (InvalidConfigurationException e) {
      return e.getMessage();
    }
  }

  /// What the doctor finds.
  public Evidence diagnosis() {
    bundle.add(
        "doctor.json", "findings of landfall doctor", ControlJson.write(Doctor.examine(sources)));
    return this;
  }

  /// What the running agent says of itself.
  public Evidence agent(Reply.Inspection inspection) {
    bundle.add(
        "agent.json",
        "the running agent: settings in force, figures of queue, store and memory",
        ControlJson.write(
            new Reply.Inspection(
                inspection.version(),
                inspection.pid(),
                inspection.started(),
                inspection.settings(),
                inspection.figures(),
                "",
                "")));
    bundle.add("agent-log.txt", "the last lines of its log", inspection.log());
    bundle.add("agent-threads.txt", "its threads", inspection.threads());
    return this;
  }

  /// What the running agent counts, as Prometheus would read it.
  public Evidence metrics(String text) {
    bundle.add("agent-metrics.txt", "its metrics", text);
    return this;
  }

  /// That no agent answers.
  public Evidence noAgent(String reason) {
    bundle.add("agent.txt", "no agent answered", reason);
    return this;
  }

  /// The journal of the units, and files of logs.
  public Evidence logs(List<Path> files) {
    bundle.add(
        "journal.txt",
        "the units' journal",
        Commands.output(
            "journalctl",
            "--no-pager",
            "-n",
            "5000",
            "-u",
            "landfall-execute",
            "-u",
            "landfall-submit"));
    for (int i = 0; i < Math.min(MAX_LOGS, files.size()); i++) {
      bundle.add("log-" + i + ".txt", files.get(i).toString(), end(files.get(i)));
    }
    return this;
  }

  /// How many files of what size are in `SPOOL` and `EXECUTE`; none is opened.
  public Evidence directories() {
    try {
      AgentSettings settings = AgentKnobs.read(Configuration.load(sources));
      bundle.add("spool.txt", "files in SPOOL", usage(settings.spool()));
      bundle.add("execute.txt", "files in EXECUTE", usage(settings.execute()));
    } catch (InvalidConfigurationException e) {
      bundle.add("directories.txt", "not looked at", "the configuration is not valid");
    }
    return this;
  }

  /// All of it.
  public SupportBundle bundle() {
    return bundle;
  }

  private static final class Usage {
    private long files;
    private long bytes;
  }

  private static String usage(Path root) {
    Map<String, Usage> usages = new TreeMap<>();
    int[] seen = new int[1];
    Consumer<Path> count =
        file -> {
          Path name = root.relativize(file);
          Path at =
              name.getNameCount() > 1
                  ? name.subpath(0, Math.min(2, name.getNameCount() - 1))
                  : name;
          Usage usage = usages.computeIfAbsent(at.toString(), _ -> new Usage());
          usage.files++;
          usage.bytes += file.toFile().length();
        };
    try {
      Files.walkFileTree(
          root,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              count.accept(file);
              return ++seen[0] < MAX_FILES ? FileVisitResult.CONTINUE : FileVisitResult.TERMINATE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // it went, or is not ours to read
            }
          });
    } catch (IOException e) {
      return root + ": " + e;
    }
    StringBuilder text = new StringBuilder(root + "\n");
    usages.forEach((name, usage) ->
        text.append("%-40s %8d files %16d bytes%n".formatted(name, usage.files, usage.bytes)));
    return text.toString();
  }

  /// The end of a file, as far as it goes into a bundle, and a little more so that what is cut off
  /// can be judged.
  private static String end(Path file) {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      long skip = Math.max(0, in.length() - 2L * SupportBundle.MAX_ENTRY);
      in.seek(skip);
      byte[] bytes = new byte[(int) (in.length() - skip)];
      in.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return file + ": " + e;
    }
  }
}
