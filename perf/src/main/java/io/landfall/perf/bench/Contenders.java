package io.landfall.perf.bench;

import io.landfall.perf.contest.Contender;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Who takes part, and who is not installed. Closes all of them.
final class Contenders implements AutoCloseable {
  private final List<Contender> present = new ArrayList<>();
  private final List<AutoCloseable> owned = new ArrayList<>();
  private final List<String> absent = new ArrayList<>();

  /// Starts one.
  interface Starter {
    Contender start() throws IOException;
  }

  void add(Starter starter) throws IOException {
    present.add(owned(starter.start()));
  }

  /// Takes ownership of what contenders share.
  <T extends AutoCloseable> T owned(T shared) {
    owned.add(shared);
    return shared;
  }

  /// Notes who is not there.
  void absent(String name) {
    absent.add(name);
  }

  /// Starts one, or notes that it is not there.
  void addIf(boolean installed, String name, Starter starter) throws IOException {
    if (installed) {
      add(starter);
    } else {
      absent.add(name);
    }
  }

  List<Contender> present() {
    return present;
  }

  List<String> absent() {
    return absent;
  }

  @Override
  public void close() throws IOException {
    IOException failure = null;
    for (AutoCloseable each : owned.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        failure = new IOException("closing " + each + ": " + e.getMessage(), e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
