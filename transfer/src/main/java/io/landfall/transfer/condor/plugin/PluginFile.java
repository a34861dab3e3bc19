package io.landfall.transfer.condor.plugin;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A file that HTCondor wants transferred.
///
/// @param url where it is or goes, away from here
/// @param path where it goes or is, here
record PluginFile(String url, String path) {
  static final long MAX_BYTES = 16 << 20;

  private static final String URL = "Url";
  private static final String PATH = "LocalFileName";
  private static final String OLD_PATH = "DownloadFileName"; // before 8.9

  /// Reads the ads of a request; those that name no file are hints to plugins, and passed over.
  ///
  /// @throws IOException if it is none, or names no file at all
  static List<PluginFile> read(Path requests) throws IOException {
    long size = Files.size(requests);
    if (size > MAX_BYTES) {
      throw new IOException(
          requests + " has " + size + " bytes; a request has at most " + MAX_BYTES);
    }
    try {
      return parse(Files.readString(requests));
    } catch (CharacterCodingException e) {
      throw new IOException(requests + " is not UTF-8", e);
    } catch (java.nio.file.FileSystemException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(requests + ": " + e.getMessage(), e);
    }
  }

  static List<PluginFile> parse(String text) throws IOException {
    List<PluginFile> files = new ArrayList<>();
    int number = 0;
    for (Map<String, Optional<String>> ad : AdReader.read(text)) {
      number++;
      String path = ad.containsKey(PATH) ? PATH : OLD_PATH;
      if (ad.containsKey(URL) || ad.containsKey(path)) {
        files.add(new PluginFile(string(ad, URL, number), string(ad, path, number)));
      }
    }
    if (files.isEmpty()) {
      throw new IOException("names no file; an ad with Url and LocalFileName does");
    }
    return files;
  }

  private static String string(Map<String, Optional<String>> ad, String name, int number)
      throws IOException {
    Optional<String> value = ad.get(name);
    if (value == null || value.isEmpty() || value.get().isEmpty()) {
      String wrong = value == null ? "missing" : value.isEmpty() ? "no string" : "empty";
      throw new IOException((name.equals(URL) ? URL : PATH) + " is " + wrong + " in ad " + number);
    }
    return value.get();
  }
}
