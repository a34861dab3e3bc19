package io.landfall.transfer.net;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// What went wrong in a TLS handshake, as one sentence: the engines have many words for few things.
final class TlsFailures {
  private TlsFailures() {}

  /// The sentence, if `failure` is one of TLS.
  static Optional<String> sentence(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof NotSslRecordException) {
        return Optional.of("the other side does not speak TLS");
      }
      if (cause instanceof CertificateExpiredException
          || cause instanceof CertificateNotYetValidException) {
        return Optional.of("its certificate is not valid now: " + cause.getMessage());
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return Optional.of(sentence(deepest(cause)));
      }
    }
    return Optional.empty();
  }

  static boolean isPlain(Throwable failure) {
    return failure instanceof NotSslRecordException
        || failure.getCause() instanceof NotSslRecordException;
  }

  private static String deepest(Throwable failure) {
    StringBuilder all = new StringBuilder();
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      all.append(cause.getMessage()).append(' ');
    }
    return all.toString();
  }

  private static String sentence(String said) {
    String words = said.toLowerCase(Locale.ROOT).replace('_', ' ');
    if (words.contains("alert") && !words.contains("close notify")) {
      return "it refuses our certificate (" + said.strip() + ")";
    }
    if (words.contains("empty client certificate chain")
        || words.contains("did not return a certificate")) {
      return "it shows no certificate of the pool";
    }
    if (words.contains("no subject alternative") || words.contains("no name matching")) {
      return "its certificate is not for the name that was dialled; issue one with --also NAME ("
          + said.strip()
          + ")";
    }
    if (words.contains("certification path") || words.contains("signature")) {
      return "its certificate is not of this pool";
    }
    return "TLS failed: " + said.strip();
  }
}
