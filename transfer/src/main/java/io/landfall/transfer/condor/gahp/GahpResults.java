package io.landfall.transfer.condor.gahp;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The server's side of the wire: replies at once, results when they are asked for, and between
/// replies an `R` that says that there are some.
///
/// Threads: any. One lock covers a line and the state that it tells of, so that an `R` never comes
/// between the pieces of a reply, and never after the `RESULTS` that fetched what it announced.
final class GahpResults {
  /// The starter's buffer for a line has 10 KiB, and escaping may double what is said.
  private static final int MAX_TEXT_CHARS = 4000;

  private final OutputStream out;
  private final Set<Integer> pending = new HashSet<>(); // guarded by this
  private final List<String> ready = new ArrayList<>(); // guarded by this
  private boolean async = true; // guarded by this
  private boolean announced; // guarded by this

  GahpResults(OutputStream out) {
    this.out = out;
  }

  /// Says one line.
  synchronized void say(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  synchronized void async(boolean on) throws IOException {
    async = on;
    say("S");
    announce();
  }

  /// Takes a request's number.
  ///
  /// @return false if a request of that number waits for its result
  synchronized boolean begin(int request) {
    return pending.add(request);
  }

  /// Notes a result of one text, which is a single word on the wire.
  void done(int request, boolean good, String text) throws IOException {
    String shown = text.isEmpty() ? "NULL" : text;
    if (shown.length() > MAX_TEXT_CHARS) {
      shown = shown.substring(0, MAX_TEXT_CHARS);
    }
    doneRaw(request, good, GahpLines.escaped(shown));
  }

  /// Notes a result that is words already.
  synchronized void doneRaw(int request, boolean good, String words) throws IOException {
    ready.add("%d %d %s".formatted(request, good ? 0 : 1, words));
    announce();
  }

  private void announce() throws IOException {
    if (async && !announced && !ready.isEmpty()) {
      announced = true;
      say("R");
    }
  }

  /// Says all results, which are forgotten then.
  synchronized void sayAll() throws IOException {
    say("S " + ready.size());
    for (String result : ready) {
      say(result);
      pending.remove(Integer.parseInt(result.substring(0, result.indexOf(' '))));
    }
    ready.clear();
    announced = false;
  }
}
