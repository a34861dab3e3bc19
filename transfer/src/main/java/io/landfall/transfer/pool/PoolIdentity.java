package io.landfall.transfer.pool;

import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Who a certificate of the pool was issued to.
///
/// @param kind what it may do
/// @param name a host's DNS name or address, or a user's login name
public record PoolIdentity(Kind kind, String name) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,62}");
  private static final Pattern SUBJECT =
      Pattern.compile("CN=(" + NAME.pattern() + "),OU=(host|user)");

  /// Hosts serve and ask; users only ask.
  public enum Kind {
    HOST,
    USER
  }

  public PoolIdentity {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "'"
              + name
              + "' is no name for a certificate; write up to 63 letters, digits, '.', '-', '_' or ':'");
    }
  }

  /// A host of that name.
  public static PoolIdentity host(String name) {
    return new PoolIdentity(Kind.HOST, name);
  }

  /// A user of that name.
  public static PoolIdentity user(String name) {
    return new PoolIdentity(Kind.USER, name);
  }

  /// Reads the subject of a certificate whose signature was checked already.
  ///
  /// @throws IllegalArgumentException if `landfall pool issue` did not make it
  public static PoolIdentity of(X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().getName();
    Matcher parts = SUBJECT.matcher(subject);
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "the certificate of '" + subject + "' names neither a host nor a user of a pool");
    }
    Kind kind = Kind.valueOf(parts.group(2).toUpperCase(Locale.ROOT));
    return new PoolIdentity(kind, parts.group(1));
  }

  /// As X.500 orders it: the most general part first, which RFC 2253 turns round.
  String subject() {
    return "OU=" + kind.name().toLowerCase(Locale.ROOT) + ",CN=" + name;
  }

  @Override
  public String toString() {
    return kind.name().toLowerCase(Locale.ROOT) + ' ' + name;
  }
}
