package io.landfall.transfer.submit;

import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.classad.Value;
import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Commands that mean the same in every universe: each becomes one attribute of the job ad.
final class GenericCommands {
  private static final List<String> NOTIFICATIONS = List.of("never", "always", "complete", "error");

  /// How a command's text becomes an expression.
  private enum Kind {
    EXPRESSION,
    TEXT,
    BOOLEAN,
    /// `never`, `always`, `complete`, `error` as 0 to 3.
    NOTIFICATION,
    /// `LAZY` or `FULL`.
    LANDING,
    /// A number of this unit, or with K, M, G or T; or an expression.
    MEBIBYTES,
    KIBIBYTES
  }

  /// A command, the attribute that is also its second name, and its kind.
  private record Command(String name, String attribute, Kind kind) {}

  private static final List<Command> COMMANDS =
      List.of(
          new Command("request_memory", "RequestMemory", Kind.MEBIBYTES),
          new Command("request_cpus", "RequestCpus", Kind.EXPRESSION),
          new Command("request_disk", "RequestDisk", Kind.KIBIBYTES),
          new Command("rank", "Rank", Kind.EXPRESSION),
          new Command("priority", "JobPrio", Kind.EXPRESSION),
          new Command("nice_user", "NiceUser", Kind.BOOLEAN),
          new Command("periodic_hold", "PeriodicHold", Kind.EXPRESSION),
          new Command("periodic_hold_reason", "PeriodicHoldReason", Kind.EXPRESSION),
          new Command("periodic_hold_subcode", "PeriodicHoldSubCode", Kind.EXPRESSION),
          new Command("periodic_release", "PeriodicRelease", Kind.EXPRESSION),
          new Command("periodic_remove", "PeriodicRemove", Kind.EXPRESSION),
          new Command("on_exit_hold", "OnExitHold", Kind.EXPRESSION),
          new Command("on_exit_hold_reason", "OnExitHoldReason", Kind.EXPRESSION),
          new Command("on_exit_hold_subcode", "OnExitHoldSubCode", Kind.EXPRESSION),
          new Command("on_exit_remove", "OnExitRemove", Kind.EXPRESSION),
          new Command("leave_in_queue", "LeaveJobInQueue", Kind.EXPRESSION),
          new Command("job_max_vacate_time", "JobMaxVacateTime", Kind.EXPRESSION),
          new Command("max_job_retirement_time", "MaxJobRetirementTime", Kind.EXPRESSION),
          new Command("job_lease_duration", "JobLeaseDuration", Kind.EXPRESSION),
          new Command("next_job_start_delay", "NextJobStartDelay", Kind.EXPRESSION),
          new Command("keep_claim_idle", "KeepClaimIdle", Kind.EXPRESSION),
          new Command("deferral_time", "DeferralTime", Kind.EXPRESSION),
          new Command("deferral_window", "DeferralWindow", Kind.EXPRESSION),
          new Command("deferral_prep_time", "DeferralPrepTime", Kind.EXPRESSION),
          new Command("max_transfer_input_mb", "MaxTransferInputMB", Kind.EXPRESSION),
          new Command("max_transfer_output_mb", "MaxTransferOutputMB", Kind.EXPRESSION),
          new Command("vm_periodic_checkpoint", "VMPeriodicCheckpoint", Kind.EXPRESSION),
          new Command("landing", "LandfallLanding", Kind.LANDING),
          new Command("image_size", "ImageSize", Kind.KIBIBYTES),
          new Command("hold", "HoldOnSubmit", Kind.BOOLEAN),
          new Command("notification", "JobNotification", Kind.NOTIFICATION),
          new Command("notify_user", "NotifyUser", Kind.TEXT),
          new Command("email_attributes", "EmailAttributes", Kind.TEXT),
          new Command("batch_name", "JobBatchName", Kind.TEXT),
          new Command("description", "JobDescription", Kind.TEXT),
          new Command("accounting_group", "AcctGroup", Kind.TEXT),
          new Command("accounting_group_user", "AcctGroupUser", Kind.TEXT),
          new Command("concurrency_limits", "ConcurrencyLimits", Kind.TEXT),
          new Command("submit_event_notes", "SubmitEventNotes", Kind.TEXT),
          new Command("log_xml", "UserLogUseXML", Kind.BOOLEAN),
          new Command("transfer_plugins", "TransferPlugins", Kind.TEXT),
          new Command("output_destination", "OutputDestination", Kind.TEXT));

  /// Commands of other universes, known so that they are not taken for typing mistakes.
  private static final List<String> WITHOUT_EFFECT =
      List.of(
          "environment",
          "getenv",
          "transfer_executable",
          "stream_input",
          "stream_output",
          "stream_error",
          "copy_to_spool",
          "coresize",
          "kill_sig",
          "stack_size",
          "machine_count",
          "docker_image",
          "container_image",
          "grid_resource",
          "java_vm_args",
          "jar_files",
          "run_as_owner",
          "load_profile",
          "compress_files",
          "fetch_files",
          "local_files");

  private GenericCommands() {}

  /// Names of all these commands.
  static List<String> names() {
    List<String> names = new ArrayList<>(COMMANDS.stream().map(Command::name).toList());
    names.addAll(WITHOUT_EFFECT);
    return names;
  }

  /// Reads all that are given into `attributes`, as expressions.
  static void read(JobScope scope, Map<String, String> attributes) {
    for (Command command : COMMANDS) {
      scope
          .get(command.name, command.attribute)
          .flatMap(value -> expression(scope, command, value))
          .ifPresent(text -> attributes.put(command.attribute, text));
    }
  }

  private static Optional<String> expression(JobScope scope, Command command, SourceSpan value) {
    return switch (command.kind) {
      case TEXT -> Optional.of(Value.of(Values.unquoted(value.text())).toString());
      case BOOLEAN -> Optional.of(Value.of(scope.bool(false, command.name)).toString());
      case NOTIFICATION -> notification(scope, value);
      case LANDING -> landing(scope, value);
      case EXPRESSION -> checked(scope, command.name, value);
      case MEBIBYTES, KIBIBYTES -> size(scope, command, value);
    };
  }

  private static Optional<String> notification(JobScope scope, SourceSpan value) {
    int word = NOTIFICATIONS.indexOf(value.text().toLowerCase(Locale.ROOT));
    if (word < 0) {
      scope.error(
          "L09",
          value,
          "notification is no such word: " + value,
          "never, always, complete or error");
    }
    return word < 0 ? Optional.empty() : Optional.of(Integer.toString(word));
  }

  private static Optional<String> landing(JobScope scope, SourceSpan value) {
    String word = Values.unquoted(value.text()).toUpperCase(Locale.ROOT);
    if (!word.equals("LAZY") && !word.equals("FULL")) {
      scope.error("L09", value, "landing is no such word: " + value, "LAZY or FULL");
      return Optional.empty();
    }
    return Optional.of(Value.of(word).toString());
  }

  /// With a unit it is a number; without one HTCondor takes what stands there, in its own unit.
  private static Optional<String> size(JobScope scope, Command command, SourceSpan value) {
    if (Character.isLetter(value.text().charAt(value.text().length() - 1))) {
      var mebibytes = Values.memoryMiB(value.text());
      if (mebibytes.isPresent()) {
        long unit = command.kind == Kind.MEBIBYTES ? 1 : 1024;
        return Optional.of(Long.toString(mebibytes.getAsInt() * unit));
      }
    }
    return checked(scope, command.name, value);
  }

  /// The text, if it is an expression. What holds `$$(…)` is completed at match time and cannot be
  /// judged before.
  static Optional<String> checked(JobScope scope, String command, SourceSpan value) {
    if (value.text().contains("$$(")) {
      return Optional.of(value.text());
    }
    try {
      Expression.parse(value.text());
      return Optional.of(value.text());
    } catch (ClassAdException e) {
      scope.error(
          "L09",
          value.sub(Math.min(e.position(), value.text().length()), value.text().length()),
          command + " is not a ClassAd expression: " + e.getMessage(),
          "strings need quotation marks");
      return Optional.empty();
    }
  }
}
