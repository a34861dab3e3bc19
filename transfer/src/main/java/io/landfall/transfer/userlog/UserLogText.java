package io.landfall.transfer.userlog;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/// Events as text.
final class UserLogText {
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("MM/dd HH:mm:ss");

  /// The most that HTCondor's readers take of one line.
  private static final int MAX_LINE = 8191;

  private static final int MAX_GENERIC = 127;

  /// A guest's processor time is not known here.
  private static final String NO_USAGE = "\tUsr 0 00:00:00, Sys 0 00:00:00  -  ";

  private UserLogText() {}

  /// One event with its header and the line that ends it.
  static String of(int cluster, int proc, Instant time, ZoneId zone, UserLogEvent event) {
    return "%03d (%03d.%03d.000) %s %s...\n"
        .formatted(number(event), cluster, proc, CLOCK.format(time.atZone(zone)), body(event));
  }

  private static int number(UserLogEvent event) {
    return switch (event) {
      case UserLogEvent.Submit _ -> 0;
      case UserLogEvent.Execute _ -> 1;
      case UserLogEvent.Checkpointed _ -> 3;
      case UserLogEvent.Evicted _ -> 4;
      case UserLogEvent.Terminated _ -> 5;
      case UserLogEvent.ImageSize _ -> 6;
      case UserLogEvent.ShadowException _ -> 7;
      case UserLogEvent.Generic _ -> 8;
      case UserLogEvent.Aborted _ -> 9;
      case UserLogEvent.Suspended _ -> 10;
      case UserLogEvent.Unsuspended _ -> 11;
      case UserLogEvent.Held _ -> 12;
      case UserLogEvent.Released _ -> 13;
    };
  }

  private static String body(UserLogEvent event) {
    return switch (event) {
      case UserLogEvent.Submit e -> "Job submitted from host: " + line(e.host());
      case UserLogEvent.Execute e -> "Job executing on host: " + line(e.host());
      case UserLogEvent.Checkpointed e ->
          "Job was checkpointed.\n"
              + (NO_USAGE + "Run Remote Usage\n")
              + (NO_USAGE + "Run Local Usage\n")
              + figure(e.sentBytes(), "Run Bytes Sent By Job For Checkpoint");
      case UserLogEvent.Evicted e -> evicted(e);
      case UserLogEvent.Terminated e -> terminated(e);
      case UserLogEvent.ImageSize e ->
          "Image size of job updated: "
              + (e.sizeKib() + "\n")
              + figure(e.memoryMib(), "MemoryUsage of job (MB)")
              + figure(e.memoryMib() << 10, "ResidentSetSize of job (KB)");
      case UserLogEvent.ShadowException e ->
          "Shadow exception!\n"
              + ("\t" + line(e.message()))
              + runBytes(e.sentBytes(), e.receivedBytes());
      case UserLogEvent.Generic e -> cut(e.text(), MAX_GENERIC) + "\n";
      case UserLogEvent.Aborted e -> "Job was aborted by the user.\n\t" + line(e.reason());
      case UserLogEvent.Suspended e ->
          "Job was suspended.\n\tNumber of processes actually suspended: " + e.processes() + "\n";
      case UserLogEvent.Unsuspended _ -> "Job was unsuspended.\n";
      case UserLogEvent.Held e ->
          "Job was held.\n"
              + ("\t" + line(e.reason()))
              + "\tCode %d Subcode %d\n".formatted(e.code(), e.subCode());
      case UserLogEvent.Released e ->
          "Job was released.\n" + e.reason().map(why -> "\t" + line(why)).orElse("");
    };
  }

  private static String evicted(UserLogEvent.Evicted e) {
    return "Job was evicted.\n"
        + (e.checkpointed() ? "\t(1) Job was checkpointed.\n" : "\t(0) Job was not checkpointed.\n")
        + ("\t" + NO_USAGE + "Run Remote Usage\n")
        + ("\t" + NO_USAGE + "Run Local Usage\n")
        + runBytes(e.sentBytes(), e.receivedBytes())
        + ("\t" + line(e.reason()));
  }

  private static String terminated(UserLogEvent.Terminated e) {
    return "Job terminated.\n"
        + "\t(1) Normal termination (return value 0)\n"
        + ("\t" + NO_USAGE + "Run Remote Usage\n")
        + ("\t" + NO_USAGE + "Run Local Usage\n")
        + ("\t" + NO_USAGE + "Total Remote Usage\n")
        + ("\t" + NO_USAGE + "Total Local Usage\n")
        + runBytes(e.sentBytes(), e.receivedBytes())
        + figure(e.totalSentBytes(), "Total Bytes Sent By Job")
        + figure(e.totalReceivedBytes(), "Total Bytes Received By Job");
  }

  private static String runBytes(long sent, long received) {
    return figure(sent, "Run Bytes Sent By Job") + figure(received, "Run Bytes Received By Job");
  }

  private static String figure(long value, String what) {
    return "\t" + value + "  -  " + what + "\n";
  }

  private static String line(String text) {
    return cut(text, MAX_LINE) + "\n";
  }

  /// A line that began with three dots would end the event.
  private static String cut(String text, int max) {
    String oneLine = text.strip().replaceAll("[\\r\\n]+\\s*", " ");
    return oneLine.length() <= max ? oneLine : oneLine.substring(0, max);
  }
}
