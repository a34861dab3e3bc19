package io.landfall.transfer.cli;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.InvalidConfigurationException;
import io.landfall.transfer.config.Problem;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.submit.JobAd;
import io.landfall.transfer.submit.JobAdContext;
import io.landfall.transfer.submit.Submission;
import io.landfall.transfer.submit.SubmitContext;
import io.landfall.transfer.submit.SubmitFile;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `landfall check`: judges a submit file as `submit` would, and moves nothing.
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Judges a submit description file: prints every mistake with its place, rule and remedy, or"
          + " the ad of each job. Queues nothing.",
      "%nExample: landfall check guest.sub"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:the file can be submitted", "3:it cannot", "4:there is no such file"})
final class CheckCommand implements Callable<Integer> {
  private static final int INVALID = 3;
  private static final int NOT_FOUND = 4;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE.sub", description = "The submit description file.")
  private Path file;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A configuration file, whose settings the submit file may refer to.")
  private Path config;

  @Option(names = "--json", description = "Print the verdict as JSON.")
  private boolean json;

  /// The verdict, for programs.
  record Report(boolean valid, List<JobReport> jobs, List<ProblemReport> problems) {}

  /// A job and its ad, attribute to expression.
  record JobReport(String job, Map<String, String> ad) {}

  /// A problem; `rule` and `remedy` may be empty.
  record ProblemReport(
      String severity,
      String rule,
      String file,
      int line,
      int column,
      String message,
      String remedy) {}

  @Override
  public Integer call() {
    if (!Files.exists(file)) {
      spec.commandLine().getErr().println(file + ": no such file");
      return NOT_FOUND;
    }
    try {
      Configuration configuration =
          Configuration.load(
              ConfigurationSources.here(Map.of(), Optional.ofNullable(config), Map.of()));
      return judge(configuration);
    } catch (InvalidConfigurationException e) {
      spec.commandLine().getErr().println(e.getMessage());
      return INVALID;
    }
  }

  private int judge(Configuration configuration) throws InvalidConfigurationException {
    Map<String, String> macros = new LinkedHashMap<>();
    configuration.all().forEach(s -> macros.put(s.name(), s.value()));
    Submission submission = SubmitFile.parse(file, SubmitContext.here().withMacros(macros));
    JobAdContext context = context(configuration);
    if (json) {
      spec.commandLine().getOut().println(ControlJson.write(report(submission, context)));
    } else {
      submission.problems().forEach(spec.commandLine().getErr()::println);
      submission.jobs().forEach(job -> spec.commandLine().getOut().println(JobAd.of(job, context)));
    }
    return submission.valid() ? 0 : INVALID;
  }

  private static JobAdContext context(Configuration configuration)
      throws InvalidConfigurationException {
    String append = configuration.text("APPEND_REQUIREMENTS", "");
    String host = configuration.text("UID_DOMAIN", hostName());
    return new JobAdContext(
        System.getProperty("user.name"),
        host,
        configuration.text("FILESYSTEM_DOMAIN", host),
        configuration.text("ARCH", "X86_64"),
        Instant.now().getEpochSecond(),
        Optional.of(configuration.text("APPEND_REQ_VM", append)).filter(a -> !a.isEmpty()),
        FileLookup.system());
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private static Report report(Submission submission, JobAdContext context) {
    return new Report(
        submission.valid(),
        submission.jobs().stream()
            .map(job -> new JobReport(job.id(), attributes(JobAd.of(job, context))))
            .toList(),
        submission.problems().stream().map(CheckCommand::report).toList());
  }

  private static Map<String, String> attributes(ClassAd ad) {
    Map<String, String> attributes = new LinkedHashMap<>();
    ad.names().forEach(name -> attributes.put(name, ad.find(name).orElseThrow().toString()));
    return attributes;
  }

  private static ProblemReport report(Problem problem) {
    return new ProblemReport(
        problem.severity().toString(),
        problem.rule().orElse(""),
        problem.location().file(),
        problem.location().line(),
        problem.location().column(),
        problem.message(),
        problem.remedy());
  }
}
