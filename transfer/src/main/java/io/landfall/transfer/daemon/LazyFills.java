package io.landfall.transfer.daemon;

import io.landfall.transfer.control.Figures;
import io.landfall.transfer.control.TransferLine;
import io.landfall.transfer.landing.ArrivingImage;
import io.landfall.transfer.landing.LazyLanding;
import io.landfall.transfer.observe.Observer;
import io.landfall.transfer.observe.Tracked;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/// Landings that go on behind their guests, as transfers to here: each is one transfer, of the job
/// that began it, until its image is sealed or nobody reads it any more. Any thread.
final class LazyFills {
  /// What is done of such a landing in the words of [TransferLine#phase].
  static final String FILL = "FILL";

  private static final String SEAL = "SEAL";
  private static final long LOOK_MILLIS = 500;

  private final Observer observer;
  private final Set<LazyLanding> followed = ConcurrentHashMap.newKeySet();

  LazyFills(Observer observer) {
    this.observer = observer;
  }

  /// Is told how far a landing is.
  interface Listener {
    /// It has come this far.
    ///
    /// @param doneBytes that travelled, of `totalBytes` that travel as far as is known now
    void filling(String device, String phase, long doneBytes, long totalBytes);
  }

  /// Watches a landing until it ends or its reader has left.
  ///
  /// @param begun the transfer as which it began; none if an agent before this one began it
  /// @param reads whether the claim reads it still; told of the progress only while it does
  void follow(
      String job,
      String device,
      ArrivingImage image,
      Optional<Tracked> begun,
      BooleanSupplier reads,
      Listener told) {
    LazyLanding landing = image.landing();
    Optional<Tracked> tracked = Optional.empty();
    if (followed.add(landing)) {
      tracked =
          Optional.of(
              begun.orElseGet(() ->
                  observer.begin(TransferLine.Kind.LANDING, job, device, "", Optional.empty())));
    } else {
      // Another job's landing already: this one has its bytes for nothing.
      begun.ifPresent(own -> own.done(Figures.begun(image.manifest().sizeBytes())));
    }
    Fill fill = new Fill(device, image, tracked, reads, told, System.nanoTime());
    Thread.ofVirtual().name("fill " + job + " " + device).start(() -> watch(fill));
  }

  private record Fill(
      String device,
      ArrivingImage image,
      Optional<Tracked> tracked,
      BooleanSupplier reads,
      Listener told,
      long began) {
    void tell() {
      LazyLanding landing = image.landing();
      long missing = landing.missingBytes();
      long pulled = landing.pulledBytes();
      String phase = missing > 0 ? FILL : SEAL;
      tracked.ifPresent(line -> line.progress(phase, pulled, pulled + missing));
      if (reads.getAsBoolean()) {
        told.filling(device, phase, pulled, pulled + missing);
      }
    }

    Figures figures() {
      Figures so = LandedParts.figures(image.landing().record());
      return new Figures(
          so.image(),
          so.zero(),
          so.base(),
          so.seed(),
          so.resumed(),
          so.pulled(),
          so.wire(),
          Math.max(1, Duration.ofNanos(System.nanoTime() - began).toMillis()));
    }
  }

  private void watch(Fill fill) {
    LazyLanding landing = fill.image.landing();
    try {
      while (fill.tracked.isPresent() || fill.reads.getAsBoolean()) {
        fill.tell();
        try {
          fill.image.landed().get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
          fill.tracked.ifPresent(line -> {
            line.took(SEAL, landing.record().seal());
            line.done(fill.figures());
          });
          return;
        } catch (TimeoutException e) {
          // not yet
        }
      }
    } catch (ExecutionException e) {
      fill.tracked.ifPresent(line -> {
        if (landing.isClosed()) {
          line.left(fill.figures());
        } else {
          observer.failed(line, e.getCause());
        }
      });
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (fill.tracked.isPresent()) {
        followed.remove(landing);
      }
    }
  }
}
