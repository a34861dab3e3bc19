package io.landfall.transfer.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import picocli.CommandLine.Option;

/// Which submit agent a command talks to.
final class AgentOption {
  @Option(
      names = "--agent",
      paramLabel = "HOST[:PORT]",
      converter = Addresses.class,
      defaultValue = "${env:LANDFALL_AGENT:-127.0.0.1:9717}",
      description = "The submit agent (default: LANDFALL_AGENT, or 127.0.0.1:9717).")
  private InetSocketAddress address;

  AgentLink open() throws IOException {
    return AgentLink.to(address);
  }
}
