package io.landfall.transfer.submit;

import io.landfall.transfer.config.DescriptionReader;
import io.landfall.transfer.config.Expander;
import io.landfall.transfer.config.LineCursor;
import io.landfall.transfer.config.Location;
import io.landfall.transfer.config.MacroEnvironment;
import io.landfall.transfer.config.MacroTable;
import io.landfall.transfer.config.NearestName;
import io.landfall.transfer.config.Problems;
import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.submit.QueueStatement.QueueException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads a submit description file.
public final class SubmitFile {
  /// Jobs of one file; each is a virtual machine.
  public static final int MAX_JOBS = 10_000;

  private static final Pattern ATTRIBUTE =
      Pattern.compile(
          "(?:([+-])\\s*|MY\\.)([A-Za-z_][A-Za-z0-9_]*)\\s*(?:=(.*))?",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final SubmitContext context;
  private final Problems problems = new Problems();
  private final MacroTable macros = new MacroTable();
  private final Expander expander;
  private final List<VmJob> jobs = new ArrayList<>();

  /// Attribute name to its raw expression, in the order of the file.
  private final Map<String, SourceSpan> attributes = new LinkedHashMap<>();

  private int cluster;
  private int proc;
  private String lastExecutable;
  private boolean queued;
  private boolean judged;

  private SubmitFile(SubmitContext context) {
    this.context = context;
    this.cluster = context.clusterId();
    this.expander =
        new Expander(
            macros,
            new MacroEnvironment(context.environment(), context.workingDirectory(), context.seed()),
            problems);
  }

  /// Reads a file and judges it whole.
  ///
  /// @return the jobs, or everything that is wrong; never throws for what the file says
  public static Submission parse(Path file, SubmitContext context) {
    return new SubmitFile(context).read(file);
  }

  private Submission read(Path file) {
    defineAutomatic(file);
    DescriptionReader reader =
        new DescriptionReader(macros, expander, context.files(), problems, this::take);
    Location end = reader.read(file);
    if (!queued && !problems.broke("S24")) {
      problems.error("S19", end, "no queue command", "end the file with: queue");
    }
    warnOfUnused();
    return new Submission(problems.hasErrors() ? List.of() : jobs, problems.inOrder());
  }

  private void defineAutomatic(Path file) {
    macros.define("ARCH", "X86_64");
    macros.define("OPSYS", "LINUX");
    context.macros().forEach(macros::define);
    macros.define("SUBMIT_FILE", file.toString());
    macros.define("SUBMIT_TIME", Long.toString(context.submitTime().toEpochSecond()));
    macros.define("Year", Integer.toString(context.submitTime().getYear()));
    macros.define("Month", Integer.toString(context.submitTime().getMonthValue()));
    macros.define("Day", Integer.toString(context.submitTime().getDayOfMonth()));
    macros.define("Node", "#pArAlLeLnOdE#");
  }

  private boolean take(SourceSpan statement, LineCursor rest, boolean included) {
    if (QueueStatement.is(statement.text())) {
      if (included) {
        problems.error(
            "S24",
            statement.start(),
            "queue in an included file",
            "move it to the submit file itself");
      } else {
        queue(statement, rest);
      }
      return true;
    }
    return attribute(statement);
  }

  /// `+Name = expression`, `MY.Name = expression`, `-Name`.
  private boolean attribute(SourceSpan statement) {
    Matcher m = ATTRIBUTE.matcher(statement.text());
    if (!m.matches() || (m.start(3) < 0 && !"-".equals(m.group(1)))) {
      return false;
    }
    SourceSpan value =
        m.start(3) < 0 || "-".equals(m.group(1))
            ? SourceSpan.computed("undefined", statement.start())
            : statement.sub(m.start(3), m.end(3)).strip();
    attributes.keySet().removeIf(m.group(2)::equalsIgnoreCase);
    attributes.put(m.group(2), value);
    return true;
  }

  private void queue(SourceSpan statement, LineCursor rest) {
    queued = true;
    SourceSpan arguments =
        expander.expand(statement.sub("queue".length(), statement.text().length()).strip());
    try {
      QueueStatement queue = QueueStatement.parse(arguments);
      List<String> items =
          queue
              .slice()
              .of(
                  new QueueItems(context.workingDirectory(), context.files(), problems)
                      .gather(queue, rest));
      if (items.isEmpty() || queue.repeats() == 0) {
        problems.warning(statement.start(), "this queue statement makes no jobs", "");
      }
      if (jobs.size() + (double) items.size() * queue.repeats() > MAX_JOBS) {
        throw new QueueException(
            arguments, "more than " + MAX_JOBS + " jobs; submit them in several files");
      }
      run(queue, items, statement.start());
    } catch (QueueException e) {
      problems.error("S24", e.where().start(), e.getMessage(), "");
      if (!QueueStatement.hasItems(arguments.text())) {
        job(statement.start()); // so that what else is wrong is told at once
      }
    }
  }

  private void run(QueueStatement queue, List<String> items, Location where) {
    startCluster();
    List<String> variables = queue.variables().isEmpty() ? List.of("Item") : queue.variables();
    int row = 0;
    for (String item : items) {
      List<String> values = QueueItems.split(item, variables.size());
      if (queue.source() != QueueStatement.Source.NONE) {
        for (int i = 0; i < variables.size(); i++) {
          macros.define(variables.get(i), values.get(i));
        }
      }
      macros.define("ItemIndex", Integer.toString(row));
      macros.define("Row", Integer.toString(row));
      row++;
      for (int step = 0; step < queue.repeats(); step++) {
        macros.define("Step", Integer.toString(step));
        job(where);
      }
    }
  }

  /// A new label between queue statements starts a new cluster.
  private void startCluster() {
    String executable = macros.use("executable").map(v -> expander.expand(v).text()).orElse("");
    if (lastExecutable != null && proc > 0 && !Objects.equals(executable, lastExecutable)) {
      cluster++;
      proc = 0;
    }
    lastExecutable = executable;
  }

  private void job(Location where) {
    for (String name : List.of("Cluster", "ClusterId")) {
      macros.define(name, Integer.toString(cluster));
    }
    for (String name : List.of("Process", "ProcId")) {
      macros.define(name, Integer.toString(proc));
    }
    Map<String, SourceSpan> expanded = new LinkedHashMap<>();
    attributes.forEach((name, raw) -> expanded.put(name, expander.expand(raw)));
    JobScope scope = new JobScope(macros, expander, problems, where);
    judged = true;
    new JobReader(scope, context).read(cluster, proc, expanded).ifPresent(jobs::add);
    proc++;
  }

  private void warnOfUnused() {
    List<String> names = CommandNames.all();
    Set<String> known = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
    known.addAll(names);
    boolean partly = problems.hasErrors() || jobs.isEmpty();
    for (MacroTable.Macro macro : macros.unused()) {
      boolean command = known.contains(macro.name());
      Optional<String> near = command ? Optional.empty() : NearestName.of(macro.name(), names);
      // Where no job was read, nothing has had occasion to use a macro of the user's own.
      if (command ? partly : near.isEmpty() && problems.hasErrors() && !judged) {
        continue;
      }
      problems.warning(
          macro.value().start(),
          command
              ? macro.name() + " has no effect on this job"
              : macro.name() + " was never used, and is no command",
          command
              ? ""
              : near.map(name -> "did you mean " + name + "?")
                  .orElse("$(" + macro.name() + ") would use it"));
    }
  }
}
