package io.landfall.transfer.web;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// The page's files, read once: a path is looked up in a table and never in a file system.
final class StaticFiles {
  private static final Map<String, String> TYPES =
      Map.of(
          "index.html", "text/html; charset=utf-8",
          "page.css", "text/css; charset=utf-8",
          "page.js", "text/javascript; charset=utf-8",
          "draw.js", "text/javascript; charset=utf-8",
          "store.js", "text/javascript; charset=utf-8",
          "icon.svg", "image/svg+xml");

  private final Map<String, Document> files = new HashMap<>();

  private StaticFiles() {}

  static StaticFiles load() throws IOException {
    StaticFiles all = new StaticFiles();
    for (Map.Entry<String, String> file : TYPES.entrySet()) {
      try (InputStream in = StaticFiles.class.getResourceAsStream(file.getKey())) {
        if (in == null) {
          throw new IOException("the program is not whole: it lacks " + file.getKey());
        }
        all.files.put('/' + file.getKey(), Document.of(file.getValue(), in.readAllBytes()));
      }
    }
    all.files.put("/", all.files.get("/index.html"));
    return all;
  }

  Optional<Document> find(String path) {
    return Optional.ofNullable(files.get(path));
  }
}
