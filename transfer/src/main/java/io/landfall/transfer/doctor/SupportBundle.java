package io.landfall.transfer.doctor;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// What somebody elsewhere needs to find out what is wrong with an agent, as one archive.
///
/// Every text goes through [Redaction] on its way in. Each has at most [#MAX_ENTRY] characters, of
/// which the last are kept, and there are at most [#MAX_ENTRIES]: so the archive is bounded too.
public final class SupportBundle {
  /// Of one text.
  static final int MAX_ENTRY = 2 << 20;

  /// Of all texts.
  static final int MAX_ENTRIES = 64;

  private static final int PRIVATE = 0600;

  private final List<Entry> entries = new ArrayList<>();

  /// What is in an archive.
  ///
  /// @param name of the file in it
  /// @param about one sentence
  /// @param text what stands in it
  public record Entry(String name, String about, String text) {}

  /// Adds a text, without its secrets.
  ///
  /// @throws IllegalStateException if there are too many
  public void add(String name, String about, String text) {
    if (entries.size() == MAX_ENTRIES) {
      throw new IllegalStateException("a bundle holds at most " + MAX_ENTRIES + " texts");
    }
    // Redacted first: half of a key that was cut in two would not be known for one.
    String clean = Redaction.of(text);
    boolean fits = clean.length() <= MAX_ENTRY;
    entries.add(
        new Entry(
            name, about, fits ? clean : "(cut)\n" + clean.substring(clean.length() - MAX_ENTRY)));
  }

  /// What it holds, in order.
  public List<Entry> entries() {
    return List.copyOf(entries);
  }

  /// Writes the archive, whole or not at all, readable for its owner only.
  ///
  /// @param root the directory that it unpacks to
  public void write(Path target, String root) throws IOException {
    Path absolute = target.toAbsolutePath();
    Path temporary =
        Files.createTempFile(
            absolute.getParent(),
            ".landfall-bundle-",
            null,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(temporary));
          TarArchiveOutputStream tar =
              new TarArchiveOutputStream(new GZIPOutputStream(file), "UTF-8")) {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        put(tar, root + "/contents.txt", contents());
        for (Entry entry : entries) {
          put(tar, root + "/" + entry.name(), entry.text());
        }
      }
      Files.move(temporary, absolute, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private String contents() {
    StringBuilder text = new StringBuilder(256);
    for (Entry entry : entries) {
      text.append(
          String.format(
              Locale.ROOT, "%-24s %9d  %s%n", entry.name(), entry.text().length(), entry.about()));
    }
    return text.toString();
  }

  private static void put(TarArchiveOutputStream tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes.length);
    entry.setMode(PRIVATE);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }
}
