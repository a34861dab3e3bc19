package io.landfall.store.cli;

import io.landfall.protocol.content.ChunkId;
import io.landfall.snapshot.device.Range;
import io.landfall.store.checkpoint.CheckpointId;
import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.ContentTree;
import io.landfall.store.checkpoint.StoredContent;
import io.landfall.store.export.Export;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/// `landfall checkpoint export`.
@Command(
    name = "export",
    description = {
      "Write checkpoints, with all they need, as one tar stream that `import` and `repair --from`",
      "read."
    },
    footer = {
      "",
      "Example: landfall checkpoint export 01KDWZ 01KDX1 job12.tar --spool /var/spool/condor",
      "Example: landfall checkpoint export 01KDX1 - --have there.json | ssh host landfall"
          + " checkpoint import -"
    })
final class ExportCommand extends StoreCommand {
  private static final Pattern ID = Pattern.compile("\\b[0-7][0-9A-HJKMNP-TV-Z]{25}\\b");
  private static final long MAX_HAVE_BYTES = 64L << 20;

  @Parameters(
      arity = "2..*",
      paramLabel = "ID... FILE",
      description = "Ids of checkpoints, or their starts; then the file to write, - for stdout.")
  private List<String> words;

  @ArgGroup private Other other;

  /// What the other side has already.
  private static final class Other {
    @Option(
        names = "--lacking-in",
        paramLabel = "SPOOL",
        description = "Leave out every chunk that the store in this SPOOL directory has.")
    private Path spool;

    @Option(
        names = "--have",
        paramLabel = "FILE",
        description = {
          "Leave out what is part of the checkpoints whose ids are in this file, as `list` or",
          "`list --json` printed them on the other side; - for stdin."
        })
    private String file;
  }

  @Override
  protected int run() throws IOException {
    try (CheckpointStore store = inspect()) {
      String file = words.getLast();
      Set<CheckpointRecord> chosen =
          new TreeSet<>(java.util.Comparator.comparing(CheckpointRecord::id));
      for (String word : words.subList(0, words.size() - 1)) {
        chosen.add(find(store, word));
      }
      List<CheckpointRecord> records =
          List.copyOf(chosen); // by id, so a parent before its children
      Export.Summary summary;
      if (other != null && other.spool != null) {
        try (CheckpointStore there =
            CheckpointStore.inspect(other.spool.resolve("landfall"), key())) {
          summary = write(store, records, id -> !there.holds(id), file);
        }
      } else {
        Set<ChunkId> had = other == null ? Set.of() : had(store);
        summary = write(store, records, id -> !had.contains(id), file);
      }
      report(summary, file);
      return DONE;
    }
  }

  /// The chunks and nodes of the checkpoints that the other side has, as far as they are here too.
  private Set<ChunkId> had(CheckpointStore store) throws IOException {
    Set<ChunkId> had = new HashSet<>();
    Matcher ids = ID.matcher(haveText());
    while (ids.find()) {
      for (CheckpointRecord record : store.find(new CheckpointId(ids.group())).stream().toList()) {
        for (StoredContent content : record.contents()) {
          ContentTree.walk(store.chunks(), content, new Collector(store, had));
        }
      }
    }
    return had;
  }

  private String haveText() throws IOException {
    byte[] text;
    if (other.file.equals("-")) {
      text = System.in.readNBytes((int) MAX_HAVE_BYTES + 1);
    } else {
      try (var in = Files.newInputStream(Path.of(other.file))) {
        text = in.readNBytes((int) MAX_HAVE_BYTES + 1);
      }
    }
    if (text.length > MAX_HAVE_BYTES) {
      throw new ParameterException(
          spec.commandLine(), "--have " + other.file + ": expected at most 64 MiB of ids");
    }
    return new String(text, StandardCharsets.UTF_8);
  }

  private record Collector(CheckpointStore store, Set<ChunkId> had) implements ContentTree.Visitor {
    @Override
    public boolean enter(ChunkId node, int level, Range covered) {
      return had.add(node);
    }

    @Override
    public void chunk(ChunkId chunk, Range covered) throws IOException {
      had.add(chunk);
      store.chunks().fullForm(chunk).ifPresent(had::add);
    }

    @Override
    public void unreadable(ChunkId node, int level, Range covered, IOException cause) {
      had.remove(node); // so it is looked at again, and reported, when it is to be exported
    }
  }

  private Export.Summary write(
      CheckpointStore store, List<CheckpointRecord> records, Export.Lacking lacking, String file)
      throws IOException {
    if (file.equals("-")) {
      OutputStream out = new BufferedOutputStream(System.out, 1 << 16);
      Export.Summary summary = Export.write(store, records, lacking, out);
      out.flush();
      return summary;
    }
    Path target = Path.of(file);
    if (Files.exists(target)) {
      throw new FileAlreadyExistsException(file);
    }
    Path part = target.resolveSibling(target.getFileName() + ".part");
    try {
      Export.Summary summary;
      try (OutputStream out =
          new BufferedOutputStream(Files.newOutputStream(part, StandardOpenOption.CREATE_NEW))) {
        summary = Export.write(store, records, lacking, out);
      }
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      return summary;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  /// Standard output may be the stream itself.
  private void report(Export.Summary summary, String file) {
    List<String> ids = new ArrayList<>(words.subList(0, words.size() - 1));
    if (file.equals("-")) {
      return;
    }
    if (json) {
      print(
          JSON.createObjectNode()
              .put("checkpoints", summary.checkpoints())
              .put("chunks", summary.chunks())
              .put("bytes", summary.bytes())
              .put("file", file));
    } else {
      out()
          .printf(
              "%d checkpoints (%s), %d chunks, %s written to %s%n",
              summary.checkpoints(),
              String.join(" ", ids),
              summary.chunks(),
              Text.bytes(summary.bytes()),
              file);
      out().flush();
    }
  }
}
