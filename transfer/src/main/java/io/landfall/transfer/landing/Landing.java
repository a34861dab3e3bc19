package io.landfall.transfer.landing;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.RemoteException;
import io.landfall.transfer.client.ProgressCounter;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.client.TransferProgress.Phase;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/// Lands a remote image as a raw sparse file: maps it, copies what is here, pulls the rest, hashes
/// all of it, makes it durable, gives it its name.
///
/// If it fails or the process is killed, what had become durable stays beside the target, and
/// landing the same content there again pulls only the rest.
public final class Landing {
  private final RemoteImage source;
  private final Path target;
  private final LandingOptions options;
  private final TransferListener listener;

  private Landing(
      RemoteImage source, Path target, LandingOptions options, TransferListener listener) {
    this.source = source;
    this.target = target.toAbsolutePath();
    this.options = options;
    this.listener = listener;
  }

  /// Lands `source` at `target`, on the calling thread and helpers; returns when the image is
  /// complete and would survive a power cut, and, unless the options say otherwise, when it is
  /// sealed too.
  ///
  /// @throws FileAlreadyExistsException if there is something at `target` that is not to be
  ///   replaced
  /// @throws LandingException with one sentence, whatever else went wrong
  public static LandedImage land(
      RemoteImage source, Path target, LandingOptions options, TransferListener listener)
      throws IOException {
    return new Landing(source, target, options, listener).land();
  }

  private LandedImage land() throws IOException {
    if (!options.replace() && Files.exists(target)) {
      throw new FileAlreadyExistsException(
          target + ": exists already; landing does not replace it");
    }
    long start = System.nanoTime();
    try {
      LandingPlan plan = plan();
      Duration map = Duration.ofNanos(System.nanoTime() - start);
      PartFile part = PartFile.open(target, ContentKey.of(source));
      try {
        return new LandingAttempt(source, target, options, listener, plan, part, map).run();
      } catch (IOException | RuntimeException e) {
        part.close(); // otherwise the attempt closes it, when all is sealed
        throw e;
      }
    } catch (FileAlreadyExistsException | LandingException e) {
      throw e;
    } catch (IOException e) {
      throw explained(e);
    }
  }

  private LandingPlan plan() throws IOException {
    ProgressCounter progress = new ProgressCounter(listener, Phase.MAP, source.sizeBytes());
    LandingPlan plan = LandingPlan.of(source);
    progress.add(source.sizeBytes());
    if (!plan.base().isEmpty() && options.base().isEmpty()) {
      throw new LandingException(
          ErrorCode.REQUEST_FAILED,
          source
              + " is a layer over image "
              + source.base().map(Object::toString).orElse("?")
              + "; give that image as the base");
    }
    return plan;
  }

  private LandingException explained(IOException e) {
    boolean full = String.valueOf(e.getMessage()).contains("No space left");
    ErrorCode code =
        e instanceof RemoteException remote
            ? remote.code()
            : full ? ErrorCode.DISK_FULL : ErrorCode.GOING_AWAY;
    return new LandingException(
        code,
        "landing "
            + source
            + " at "
            + target
            + (full ? ": the disk is full" : ": " + e.getMessage())
            + "; what arrived is kept, the next attempt goes on from there",
        e);
  }
}
