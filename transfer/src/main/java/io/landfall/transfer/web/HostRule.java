package io.landfall.transfer.web;

import java.util.Locale;
import java.util.Set;

/// Which names a browser may have used to come here. A page elsewhere can point a name of its own
/// at the loopback address and would then be read as if it were ours ("DNS rebinding"): without TLS
/// only names that nobody else can own are served. With TLS, the certificate has been checked
/// against the name already.
final class HostRule {
  private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "[::1]");

  private final boolean any;

  private HostRule(boolean any) {
    this.any = any;
  }

  static HostRule local() {
    return new HostRule(false);
  }

  static HostRule checkedByTls() {
    return new HostRule(true);
  }

  boolean allows(String host) {
    String name = host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]{1,5}$", "");
    return any || LOCAL.contains(name);
  }
}
