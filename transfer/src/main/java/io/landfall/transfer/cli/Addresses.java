package io.landfall.transfer.cli;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `HOST` or `HOST:PORT`, IPv6 addresses in brackets.
final class Addresses implements ITypeConverter<InetSocketAddress> {
  /// Where agents listen unless configured otherwise.
  static final int DEFAULT_PORT = 9717;

  @Override
  public InetSocketAddress convert(String text) {
    int colon = text.lastIndexOf(':');
    // A lone colon is a port's; several are an IPv6 address, which needs brackets to have a port.
    boolean bracketed = text.startsWith("[") && colon > text.lastIndexOf(']');
    boolean hasPort = bracketed || (colon >= 0 && text.indexOf(':') == colon);
    String host = hasPort ? text.substring(0, colon) : text;
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    try {
      int port = hasPort ? Integer.parseInt(text.substring(colon + 1)) : DEFAULT_PORT;
      return new InetSocketAddress(host, port);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(
          "'" + text + "' is no address; write HOST or HOST:PORT, e.g. submit.example.org:9717");
    }
  }

  static String text(InetSocketAddress address) {
    return address.getHostString() + ":" + address.getPort();
  }
}
