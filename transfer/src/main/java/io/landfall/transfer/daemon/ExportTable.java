package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.session.Allowance;
import io.landfall.transfer.session.Export;
import io.landfall.transfer.session.Exports;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/// What one peer may pull from us: nothing but what was put here for it, until it is taken away
/// again; each of it opened in time, and up to a ceiling of bytes.
final class ExportTable implements Exports {
  /// An offer that nobody opened for so long is not meant any more.
  private static final Duration OPEN_WITHIN = Duration.ofHours(1);

  /// A landing takes an image once; what is damaged or lost on the way is asked for again. Whoever
  /// takes it more often than that does something else.
  private static final int TIMES = 4;

  private static final long SLACK_BYTES = 64 << 20;

  /// Opens an export anew for each pull.
  @FunctionalInterface
  interface Source {
    Export open() throws IOException;
  }

  private final InstantSource clock;
  private final Map<String, Offer> offers = new ConcurrentHashMap<>();

  ExportTable() {
    this(InstantSource.system());
  }

  ExportTable(InstantSource clock) {
    this.clock = clock;
  }

  /// Something on offer, and what was taken of it through however many handles.
  private final class Offer {
    private final String owner;
    private final Source source;
    private final java.time.Instant until = clock.instant().plus(OPEN_WITHIN);
    private final AtomicLong taken = new AtomicLong();
    private volatile Supplier<Optional<ImageId>> image = Optional::empty;

    Offer(String owner, Source source) {
      this.owner = owner;
      this.source = source;
    }

    Export open(String name) throws IOException {
      if (clock.instant().isAfter(until)) {
        throw new ProtocolException(
            ErrorCode.NOT_AUTHORISED, "'" + name + "' was on offer until " + until);
      }
      Export export = source.open();
      image = export::knownImageId; // which may be known later
      long ceiling = TIMES * export.sizeBytes() + SLACK_BYTES;
      return export.withOwner(owner).withAllowance(allowance(name, ceiling));
    }

    private Allowance allowance(String name, long ceiling) {
      return bytes ->
          taken.addAndGet(bytes) <= ceiling
              ? Optional.empty()
              : Optional.of("more than " + ceiling + " bytes were taken of '" + name + "'");
    }
  }

  /// Puts something here.
  ///
  /// @param owner whose job it is for
  void offer(String owner, String name, Source source) {
    offers.put(name, new Offer(owner, source));
  }

  /// Whether that image is on offer, and was opened.
  boolean grants(ImageId image) {
    return offers.values().stream().anyMatch(offer -> offer.image.get().equals(Optional.of(image)));
  }

  /// Takes away every export whose name starts with `prefix`; a pull that has one open may end it.
  void withdraw(String prefix) {
    offers.keySet().removeIf(name -> name.startsWith(prefix));
  }

  @Override
  public Optional<Export> find(String name) throws IOException {
    Offer offer = offers.get(name);
    return offer == null ? Optional.empty() : Optional.of(offer.open(name));
  }
}
