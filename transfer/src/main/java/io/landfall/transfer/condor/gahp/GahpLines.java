package io.landfall.transfer.condor.gahp;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The framing of the protocol: lines, and words in lines, with `\` before a character that is
/// meant as itself.
///
/// Not thread-safe.
final class GahpLines {
  /// A job's whole environment may be one attribute, and that is one line.
  static final int MAX_LINE_BYTES = 4 << 20;

  private final InputStream in;

  GahpLines(InputStream in) {
    this.in = new BufferedInputStream(in);
  }

  /// The next line as it was sent, without its end; empty at the end of the stream. An unfinished
  /// line at the end of the stream is none.
  ///
  /// @throws IOException if a line is longer than any that HTCondor sends
  Optional<String> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    boolean literal = false;
    for (int c = in.read(); c >= 0; c = in.read()) {
      if (c == '\n' && !literal) {
        return Optional.of(line.toString(StandardCharsets.UTF_8));
      }
      if (c != '\r' || literal) {
        line.write(c);
      }
      literal = c == '\\' && !literal;
      if (line.size() > MAX_LINE_BYTES) {
        throw new IOException("a line of more than %d bytes".formatted(MAX_LINE_BYTES));
      }
    }
    return Optional.empty();
  }

  /// The words of a line.
  static List<String> words(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean within = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\\' && i + 1 < line.length()) {
        word.append(line.charAt(++i));
        within = true;
      } else if (c == ' ' || c == '\t') {
        if (within) {
          words.add(word.toString());
        }
        word.setLength(0);
        within = false;
      } else {
        word.append(c);
        within = true;
      }
    }
    if (within) {
      words.add(word.toString());
    }
    return words;
  }

  /// A text as one word.
  static String escaped(String text) {
    StringBuilder word = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || c == '\\' || c == '\r' || c == '\n') {
        word.append('\\');
      }
      word.append(c);
    }
    return word.toString();
  }
}
