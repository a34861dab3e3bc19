package io.landfall.transfer.observe;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.control.TransferLine.State;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// One transfer under way. Any thread.
public final class Tracked {
  private final Observer observer;
  private final TransferLine start;
  private final long startNanos = System.nanoTime();
  private final Map<String, Long> phaseNanos = new LinkedHashMap<>(); // guarded by this
  private String phase = ""; // guarded by this
  private long phaseStart = startNanos; // guarded by this
  private long doneBytes; // guarded by this
  private long totalBytes; // guarded by this
  private boolean goesOn; // guarded by this
  private boolean ended; // guarded by this

  Tracked(Observer observer, TransferLine start) {
    this.observer = observer;
    this.start = start;
  }

  static TransferLine starting(
      long id,
      TransferLine.Kind kind,
      String owner,
      String job,
      String part,
      String peer,
      Optional<Duration> predicted) {
    return new TransferLine(
        id,
        kind,
        owner,
        job,
        part,
        peer,
        Instant.now(),
        0,
        predicted.map(Duration::toMillis),
        State.RUNNING,
        "",
        0,
        0,
        Map.of(),
        Optional.empty(),
        Optional.empty());
  }

  /// So far it is.
  public synchronized void progress(String newPhase, long done, long total) {
    if (!newPhase.equals(phase)) {
      endPhase();
      phase = newPhase;
    }
    doneBytes = done;
    totalBytes = total;
  }

  /// The phase that it was in last took so long, as whoever carried it out has measured.
  public synchronized void took(String lastPhase, Duration time) {
    endPhase();
    phase = "";
    phaseNanos.put(lastPhase, time.toNanos());
  }

  private void endPhase() {
    long now = System.nanoTime();
    if (!phase.isEmpty()) {
      phaseNanos.merge(phase, now - phaseStart, Long::sum);
    }
    phaseStart = now;
  }

  /// It has ended well.
  public void done(Figures figures) {
    end(State.DONE, Optional.of(figures), Optional.empty());
  }

  /// It was left before it was done, since nobody wants the rest.
  public void left(Figures soFar) {
    end(State.LEFT, Optional.of(soFar), Optional.empty());
  }

  /// Whoever carries it out returns, and it goes on: somebody else will say how it ends.
  public synchronized void goOn() {
    goesOn = true;
  }

  /// Its carrier has returned without a word of how it ended.
  void returned(String code) {
    synchronized (this) {
      if (goesOn) {
        return;
      }
    }
    failed(code, "it was broken off");
  }

  /// It has failed, unless it has ended already.
  ///
  /// @param code of the wire
  public void failed(String code, String sentence) {
    if (end(State.FAILED, Optional.empty(), Optional.of(sentence))) {
      observer.failed(code);
    }
  }

  private boolean end(State state, Optional<Figures> figures, Optional<String> error) {
    TransferLine line;
    synchronized (this) {
      if (ended) {
        return false;
      }
      ended = true;
      endPhase();
      line = line(state, figures, error);
    }
    observer.ended(this, line);
    return true;
  }

  /// How it stands.
  synchronized TransferLine line() {
    return line(State.RUNNING, Optional.empty(), Optional.empty());
  }

  private TransferLine line(State state, Optional<Figures> figures, Optional<String> error) {
    Map<String, Long> phases = new LinkedHashMap<>();
    phaseNanos.forEach((name, nanos) -> phases.put(name, Duration.ofNanos(nanos).toMillis()));
    return new TransferLine(
        start.id(),
        start.kind(),
        start.owner(),
        start.job(),
        start.part(),
        start.peer(),
        start.began(),
        Duration.ofNanos(System.nanoTime() - startNanos).toMillis(),
        start.predictedMillis(),
        state,
        phase,
        doneBytes,
        totalBytes,
        phases,
        figures,
        error);
  }
}
