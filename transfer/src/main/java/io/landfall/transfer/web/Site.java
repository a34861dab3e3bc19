package io.landfall.transfer.web;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// What there is to see.
public interface Site {
  /// What is at a path, other than the page's own files. May block.
  ///
  /// @param query the parameters, each once
  /// @throws IOException if it cannot be told now; the message is shown
  Optional<Document> find(String path, Map<String, String> query) throws IOException;

  /// How things stand, in one line of JSON. May block.
  String event() throws IOException;
}
