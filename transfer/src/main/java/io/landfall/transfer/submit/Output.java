package io.landfall.transfer.submit;

import io.landfall.transfer.config.SourceSpan;
import io.landfall.transfer.config.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What goes back to the submit host, when, and under which names.
///
/// @param when decided by `vm_checkpoint` alone
/// @param files `transfer_output_files`, if given
/// @param remaps `transfer_output_remaps`
record Output(WhenToTransferOutput when, Optional<List<String>> files, Map<String, String> remaps) {
  private static final Set<String> SHOULD =
      Set.of("YES", "TRUE", "ALWAYS", "NO", "FALSE", "NEVER", "IF_NEEDED", "AUTO");
  private static final Set<String> WHEN =
      Set.of("ON_EXIT", "ONEXIT", "ON_EXIT_OR_EVICT", "ALWAYS", "NONE");

  /// Whether the file itself says that files move at eviction too.
  static boolean wantsEviction(JobScope scope) {
    return scope
        .get("when_to_transfer_output", "WhenToTransferOutput")
        .map(v -> v.text().toUpperCase(Locale.ROOT))
        .filter(v -> v.equals("ON_EXIT_OR_EVICT") || v.equals("ALWAYS"))
        .isPresent();
  }

  static Output read(JobScope scope, boolean checkpoint) {
    overwritten(scope, checkpoint);
    return new Output(
        checkpoint ? WhenToTransferOutput.ON_EXIT_OR_EVICT : WhenToTransferOutput.ON_EXIT,
        scope.get("transfer_output_files", "TransferOutput").map(v -> files(scope, v)),
        scope
            .get("transfer_output_remaps", "TransferOutputRemaps")
            .map(v -> remaps(scope, v))
            .orElse(Map.of()));
  }

  /// The vm universe replaces both words, so a user who wrote another one is told.
  private static void overwritten(JobScope scope, boolean checkpoint) {
    scope
        .get("should_transfer_files", "ShouldTransferFiles")
        .filter(v -> !Set.of("YES", "TRUE", "ALWAYS").contains(v.text().toUpperCase(Locale.ROOT)))
        .ifPresent(v ->
            scope.warning(
                v,
                SHOULD.contains(v.text().toUpperCase(Locale.ROOT))
                    ? "should_transfer_files = " + v + " is read as YES in the vm universe"
                    : "should_transfer_files = " + v + " is no such word, and read as YES",
                "only what transfer_input_files lists is sent"));
    scope
        .get("when_to_transfer_output", "WhenToTransferOutput")
        .ifPresent(v -> {
          String word = v.text().toUpperCase(Locale.ROOT);
          if (!WHEN.contains(word)) {
            scope.warning(
                v,
                "when_to_transfer_output = " + v + " is no such word",
                "ON_EXIT or ON_EXIT_OR_EVICT");
          } else if (!checkpoint && wantsEviction(scope)) {
            scope.warning(
                v,
                "when_to_transfer_output = " + v + " is read as ON_EXIT without vm_checkpoint",
                "vm_checkpoint = true makes a checkpoint at eviction");
          }
        });
  }

  private static List<String> files(JobScope scope, SourceSpan value) {
    if (value.text().equals("\"\"")) {
      return List.of();
    }
    List<SourceSpan> entries = value.tokens(c -> c == ',');
    for (SourceSpan entry : entries) {
      if (entry.text().startsWith("/") || List.of(entry.text().split("/", -1)).contains("..")) {
        scope.error(
            "L01",
            entry,
            "transfer_output_files entry " + entry + " leaves the directory tree it may use",
            "a name within the job's directory on the execute host");
      }
    }
    return entries.stream().map(SourceSpan::text).toList();
  }

  /// `"a=b;c=d"` in quotation marks; `\` takes the meaning from `=` and `;`.
  private static Map<String, String> remaps(JobScope scope, SourceSpan value) {
    String text = Values.unquoted(value.text());
    if (text.length() == value.text().length()) {
      scope.error(
          "L08",
          value,
          "transfer_output_remaps must be a string in quotation marks",
          "\"name=other/name;name2=other/name2\"");
      return Map.of();
    }
    Map<String, String> remaps = new LinkedHashMap<>();
    StringBuilder part = new StringBuilder();
    String name = null;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : ';';
      if (c == '\\' && i + 1 < text.length()) {
        part.append(text.charAt(++i));
      } else if (c == '=' && name == null) {
        name = part.toString().strip();
        part.setLength(0);
      } else if (c == ';') {
        if (name != null) {
          remaps.put(name, part.toString().strip());
        } else if (!part.toString().isBlank()) {
          scope.error("L08", value, "transfer_output_remaps: no = in " + part, "name=other");
        }
        name = null;
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    return remaps;
  }
}
