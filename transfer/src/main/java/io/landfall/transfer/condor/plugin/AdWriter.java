package io.landfall.transfer.condor.plugin;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.Value;

/// Writes ads in the new syntax.
final class AdWriter {
  private AdWriter() {}

  /// An ad on one line.
  static String ad(ClassAd ad) {
    return "[ " + attributes(ad) + "]";
  }

  /// The same with a list of one ad as its last attribute.
  static String ad(ClassAd ad, String list, ClassAd item) {
    return "[ " + attributes(ad) + list + " = { " + ad(item) + " }; ]";
  }

  private static String attributes(ClassAd ad) {
    StringBuilder text = new StringBuilder();
    for (String name : ad.names()) {
      text.append(name).append(" = ").append(value(ad.value(name))).append("; ");
    }
    return text.toString();
  }

  private static String value(Value value) {
    return value instanceof Value.Text(String string) ? quoted(string) : value.toString();
  }

  /// Unlike the old syntax, the new one has escapes: a backslash is one of them.
  private static String quoted(String string) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> text.append(c < ' ' ? "\\%03o".formatted((int) c) : String.valueOf(c));
      }
    }
    return text.append('"').toString();
  }
}
