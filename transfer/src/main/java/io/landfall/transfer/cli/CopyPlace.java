package io.landfall.transfer.cli;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// One side of a copy: a path here, or `landfall://host[:port]/name/path` at an agent.
///
/// @param agent for the other side of the network
/// @param path here, or as the agent knows it
record CopyPlace(Optional<InetSocketAddress> agent, String path) {
  private static final String SCHEME = "landfall://";

  /// Reads one from a command line.
  static final class Converter implements ITypeConverter<CopyPlace> {
    @Override
    public CopyPlace convert(String text) {
      if (!text.startsWith(SCHEME)) {
        return new CopyPlace(Optional.empty(), text);
      }
      int slash = text.indexOf('/', SCHEME.length());
      if (slash <= SCHEME.length() || slash == text.length() - 1) {
        throw new TypeConversionException(
            "'" + text + "' names nothing; write landfall://HOST[:PORT]/NAME/PATH");
      }
      return new CopyPlace(
          Optional.of(new Addresses().convert(text.substring(SCHEME.length(), slash))),
          text.substring(slash + 1));
    }
  }

  boolean remote() {
    return agent.isPresent();
  }

  /// The local path, whole.
  Path local() {
    return Path.of(path).toAbsolutePath().normalize();
  }

  @Override
  public String toString() {
    return agent.map(a -> SCHEME + Addresses.text(a) + '/' + path).orElse(path);
  }
}
