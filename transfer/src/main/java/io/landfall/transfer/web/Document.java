package io.landfall.transfer.web;

import java.nio.charset.StandardCharsets;

/// An answer.
public final class Document {
  private final int status;
  private final String type;
  private final byte[] content;

  private Document(int status, String type, byte[] content) {
    this.status = status;
    this.type = type;
    this.content = content;
  }

  /// JSON text.
  public static Document json(String text) {
    return of("application/json", text);
  }

  /// Text of that media type.
  public static Document of(String type, String text) {
    return new Document(200, type, text.getBytes(StandardCharsets.UTF_8));
  }

  static Document of(String type, byte[] content) {
    return new Document(200, type, content);
  }

  /// A refusal, as a sentence.
  public static Document refusal(int status, String sentence) {
    return new Document(
        status, "text/plain; charset=utf-8", (sentence + "\n").getBytes(StandardCharsets.UTF_8));
  }

  int status() {
    return status;
  }

  String type() {
    return type;
  }

  byte[] content() {
    return content;
  }
}
