package io.landfall.transfer.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads event logs as strictly as HTCondor's reader does, and with no code of the writer's.
public final class UserLogReader {
  private static final String USAGE =
      "Usr \\d+ \\d\\d:\\d\\d:\\d\\d, Sys \\d+ \\d\\d:\\d\\d:\\d\\d  -  ";
  private static final String USAGE_OF_RUN =
      lines("\t" + USAGE + "Run Remote Usage", "\t" + USAGE + "Run Local Usage").stripTrailing();
  private static final String INDENTED_USAGE_OF_RUN = USAGE_OF_RUN.replace("\t", "\t\t");
  private static final String RUN_BYTES =
      lines("\t\\d+  -  Run Bytes Sent By Job", "\t\\d+  -  Run Bytes Received By Job")
          .stripTrailing();
  private static final String CHECKPOINT_BYTES = "\t\\d+  -  Run Bytes Sent By Job For Checkpoint";
  private static final String EVICTED = "\t(\\(1\\) Job was|\\(0\\) Job was not) checkpointed.";
  private static final String MEMORY = "\t\\d+  -  MemoryUsage of job \\(MB\\)";
  private static final String RESIDENT = "\t\\d+  -  ResidentSetSize of job \\(KB\\)";
  private static final Pattern HEADER =
      Pattern.compile(
          "(\\d{3}) \\((\\d{3,})\\.(\\d{3,})\\.(\\d{3,})\\) (\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d) (.*)",
          Pattern.DOTALL);

  private UserLogReader() {}

  /// One event.
  public record Event(int number, int cluster, int proc, String time, String body) {}

  /// Every event of a log; fails if one is not as HTCondor would have written it.
  public static List<Event> read(Path log) throws IOException {
    String text = Files.readString(log);
    assertThat(text).endsWith("...\n");
    List<Event> events = new ArrayList<>();
    for (String part : text.split("(?m)^\\.\\.\\.\n", -1)) {
      if (!part.isEmpty()) {
        events.add(event(part));
      }
    }
    return events;
  }

  private static Event event(String text) {
    Matcher header = HEADER.matcher(text);
    assertThat(header.matches()).as(text).isTrue();
    int number = Integer.parseInt(header.group(1));
    String body = header.group(6);
    assertThat(body).matches(shape(number));
    return new Event(
        number,
        Integer.parseInt(header.group(2)),
        Integer.parseInt(header.group(3)),
        header.group(5),
        body);
  }

  private static String shape(int number) {
    return switch (number) {
      case 0 -> "Job submitted from host: <.*>\n";
      case 1 -> "Job executing on host: <.*>\n";
      case 3 -> lines("Job was checkpointed.", USAGE_OF_RUN, CHECKPOINT_BYTES);
      case 4 -> lines("Job was evicted.", EVICTED, INDENTED_USAGE_OF_RUN, RUN_BYTES, "\t.*");
      case 5 ->
          lines(
              "Job terminated.",
              "\t\\(1\\) Normal termination \\(return value \\d+\\)",
              INDENTED_USAGE_OF_RUN,
              INDENTED_USAGE_OF_RUN.replace("Run ", "Total "),
              RUN_BYTES,
              RUN_BYTES.replace("Run", "Total"));
      case 6 -> lines("Image size of job updated: \\d+", MEMORY, RESIDENT);
      case 7 -> lines("Shadow exception!", "\t.*", RUN_BYTES);
      case 8 -> ".{1,127}\n";
      case 9 -> lines("Job was aborted by the user.", "\t.*");
      case 10 -> lines("Job was suspended.", "\tNumber of processes actually suspended: \\d+");
      case 11 -> "Job was unsuspended.\n";
      case 12 -> lines("Job was held.", "\t.*", "\tCode \\d+ Subcode \\d+");
      case 13 -> lines("Job was released.", "\t.*");
      default -> throw new AssertionError("event " + number);
    };
  }

  private static String lines(String... lines) {
    return String.join("\n", lines) + "\n";
  }
}
