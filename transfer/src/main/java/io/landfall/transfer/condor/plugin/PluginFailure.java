package io.landfall.transfer.condor.plugin;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.protocol.error.Remedy;
import io.landfall.protocol.error.RemoteException;
import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.landing.LandingException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/// Why a file was not transferred, in HTCondor's families of errors.
///
/// @param cause what was thrown
/// @param server the host and port of the URL
/// @param version of this plugin
record PluginFailure(Exception cause, String server, String version) {
  private static final int NEVER = -1;
  private static final int AT_ONCE = 0;

  /// One sentence for the user.
  String sentence() {
    return sentence(cause);
  }

  static String sentence(Exception cause) {
    String message = cause.getMessage();
    if (message == null) {
      return cause.getClass().getSimpleName();
    }
    // A line break would end an attribute of protocol 1.
    String line = message.replaceAll("\\R", " ");
    return cause instanceof NoSuchFileException ? "there is no " + line : line;
  }

  /// The record for `TransferErrorData`.
  ClassAd ad() {
    Optional<ErrorCode> code = code(cause);
    ClassAd.Builder ad =
        ClassAd.builder()
            .set("ErrorCode", code.map(ErrorCode::number).orElse(0))
            .set("ErrorString", sentence())
            .set("Retryable", retryable(code));
    if (code.isPresent() && code.get() == ErrorCode.NOT_AUTHORISED) {
      return ad.set("ErrorType", "Authorization")
          .set("FailedServer", server)
          .set("FailureType", isContact() ? "Authentication" : "Authorization")
          .set("ShouldRefresh", false)
          .build();
    }
    if (isUnknownName()) {
      return ad.set("ErrorType", "Resolution")
          .set("FailedName", server)
          .set("FailureType", "Definitive")
          .build();
    }
    if (isContact()) {
      return ad.set("ErrorType", "Contact").set("FailedServer", server).build();
    }
    if (isOurs()) {
      return ad.set("ErrorType", "Parameter")
          .set("PluginVersion", version)
          .set("PluginLaunched", true)
          .build();
    }
    return family(ad, code).set("FailedServer", server).build();
  }

  private static ClassAd.Builder family(ClassAd.Builder ad, Optional<ErrorCode> code) {
    return switch (code.orElse(ErrorCode.INTERNAL)) {
      case NO_SUCH_EXPORT, REQUEST_FAILED -> ad.set("ErrorType", "Specification");
      case DISK_FULL -> ad.set("ErrorType", "Transfer").set("FailureType", "NoSpace");
      default -> ad.set("ErrorType", "Transfer");
    };
  }

  /// Whether it is about what we were given: a URL that is none, a file here.
  private boolean isOurs() {
    return cause instanceof IllegalArgumentException || cause instanceof FileSystemException;
  }

  private boolean isContact() {
    return cause instanceof NoContactException;
  }

  private boolean isUnknownName() {
    return cause instanceof NoContactException contact && !contact.resolved();
  }

  private int retryable(Optional<ErrorCode> code) {
    if (code.isPresent()) {
      Remedy remedy = code.get().remedy();
      return remedy == Remedy.RETRY_LATER || remedy == Remedy.REFETCH ? AT_ONCE : NEVER;
    }
    return isOurs() || isUnknownName() ? NEVER : AT_ONCE;
  }

  private static Optional<ErrorCode> code(Throwable thrown) {
    return switch (thrown) {
      case null -> Optional.empty();
      case ProtocolException e -> Optional.of(e.code());
      case RemoteException e -> Optional.of(e.code());
      case LandingException e -> Optional.of(e.code());
      default -> code(thrown.getCause());
    };
  }
}
