package io.landfall.transfer.control;

import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Control records as JSON text and back.
public final class ControlJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

  private ControlJson() {}

  /// The JSON text of a request, a reply, a notice or an event.
  public static String write(Object record) {
    return MAPPER.writeValueAsString(record);
  }

  /// Reads a record of the given type.
  ///
  /// @throws IOException if the text is no such thing; the message says where
  public static <T> T read(String json, Class<T> type) throws IOException {
    try {
      return MAPPER.readValue(json, type);
    } catch (JacksonException e) {
      throw new IOException(
          "not a " + type.getSimpleName() + " this version knows: " + e.getOriginalMessage(), e);
    }
  }
}
