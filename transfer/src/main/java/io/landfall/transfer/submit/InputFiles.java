package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.FileNames;
import io.landfall.transfer.config.SourceSpan;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What a job sends to the execute host, under which name each file arrives there, and whether it
/// can be read.
final class InputFiles {
  static final int MAX_FILES = 10_000;

  private static final Pattern URL = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");

  private final JobScope scope;
  private final FileLookup files;
  private final Path initialDir;
  private final List<Path> paths = new ArrayList<>();
  private final List<String> urls = new ArrayList<>();

  /// Base name on the execute host to where it comes from; a URL has no path.
  private final Map<String, Optional<Path>> byName = new LinkedHashMap<>();

  /// The files named one by one, with the place of each.
  private final Map<String, SourceSpan> listed = new LinkedHashMap<>();

  InputFiles(JobScope scope, FileLookup files, Path initialDir) {
    this.scope = scope;
    this.files = files;
    this.initialDir = initialDir;
  }

  /// Reads `transfer_input_files`.
  void read() {
    Optional<SourceSpan> list = scope.get("transfer_input_files", "TransferInput");
    if (list.isPresent() && !list.get().text().equals("\"\"")) {
      List<SourceSpan> entries = list.get().tokens(c -> c == ',');
      if (entries.size() > MAX_FILES) {
        scope.error("L06", list.get(), "more than " + MAX_FILES + " input files", "");
      } else {
        entries.forEach(this::entry);
      }
    }
  }

  List<Path> paths() {
    return paths;
  }

  List<String> urls() {
    return urls;
  }

  /// Whether a file of that bare name arrives on the execute host.
  boolean has(String name) {
    return byName.containsKey(name);
  }

  /// The file on this host that arrives under that name, if it is one.
  Optional<Path> source(String name) {
    return byName.getOrDefault(name, Optional.empty());
  }

  /// Bare names of arriving files that end so, in any case.
  List<String> ending(String suffix) {
    return byName.keySet().stream()
        .filter(
            n -> n.regionMatches(true, n.length() - suffix.length(), suffix, 0, suffix.length()))
        .toList();
  }

  /// Nothing but disks and kernels reaches the guest; whoever lists a data file may think it does.
  void warnOfUseless(List<VmDisk> disks, Optional<XenKernel> xen) {
    listed.forEach((name, entry) -> {
      boolean useful =
          disks.stream().anyMatch(d -> d.file().equals(name))
              || xen.filter(x -> x.kernel().filter(name::equals).isPresent()).isPresent()
              || xen.filter(x -> x.initrd().filter(name::equals).isPresent()).isPresent();
      if (!useful) {
        scope.warning(
            entry,
            "the guest will not see " + name + ", since it is no disk of the job",
            "put it on a disk, or on an .iso that vm_disk names");
      }
    });
  }

  private void entry(SourceSpan entry) {
    if (URL.matcher(entry.text()).matches()) {
      urls.add(entry.text());
      arrives(FileNames.base(entry.text()), Optional.empty(), entry);
      return;
    }
    boolean contents = entry.text().endsWith("/");
    Optional<Path> path = resolve(entry);
    if (path.isEmpty()) {
      return;
    }
    if (files.isDirectory(path.get())) {
      directory(entry, path.get(), contents);
    } else {
      listed.put(path.get().getFileName().toString(), entry);
      add(path.get(), entry, entry.text());
    }
  }

  /// A directory is sent as such; with a `/` behind its name, what it holds is sent.
  private void directory(SourceSpan entry, Path directory, boolean contents) {
    if (contents) {
      addContents(entry, directory);
    } else {
      paths.add(directory);
      arrives(directory.getFileName().toString(), Optional.of(directory), entry);
    }
  }

  /// Adds the plain files of a directory, each under its own name.
  void addContents(SourceSpan blame, Path directory) {
    try {
      for (Path file : files.list(directory, MAX_FILES)) {
        if (!files.isDirectory(file)) {
          add(file, blame, file.toString());
        }
      }
    } catch (IOException e) {
      scope.error("S22", blame, "cannot read directory " + directory + " (vm input)", "");
    }
  }

  /// Adds one file, which must be readable.
  void add(Path file, SourceSpan blame, String asWritten) {
    if (!files.isReadableFile(file)) {
      scope.error(
          "S22",
          blame,
          "cannot open " + asWritten + " for reading (vm input)",
          "looked for " + file);
    }
    paths.add(file);
    arrives(file.getFileName().toString(), Optional.of(file), blame);
  }

  private void arrives(String name, Optional<Path> source, SourceSpan blame) {
    if (name.isEmpty()) {
      scope.error("L01", blame, "transfer_input_files entry " + blame + " names no file", "");
    } else if (byName.containsKey(name) && !byName.get(name).equals(source)) {
      scope.error(
          "L02",
          blame,
          "two input files are called " + name + ", so one would replace the other",
          "rename one of them");
    } else {
      byName.put(name, source);
    }
  }

  /// A full path, or nothing if the entry is no name of a file: `..` and `/` are directories that
  /// hold more than a job may take.
  private Optional<Path> resolve(SourceSpan entry) {
    try {
      Path path = initialDir.resolve(entry.text()).normalize();
      String base =
          Path.of(entry.text()).normalize().getFileName() == null
              ? ""
              : Path.of(entry.text()).getFileName().toString();
      if (path.getFileName() == null || base.isEmpty() || base.equals("..") || base.equals(".")) {
        scope.error(
            "L01",
            entry,
            "transfer_input_files entry " + entry + " leaves the directory tree it may use",
            "name a file or a directory by its own name");
        return Optional.empty();
      }
      return Optional.of(path);
    } catch (InvalidPathException e) {
      scope.error("L01", entry, "not the name of a file: " + entry, "");
      return Optional.empty();
    }
  }
}
