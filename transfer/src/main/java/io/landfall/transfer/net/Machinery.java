package io.landfall.transfer.net;

import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.Executor;

/// What all links of an endpoint share.
interface Machinery {
  EndpointSettings settings();

  Admission admission();

  ByteBufAllocator allocator();

  /// Platform threads that read devices for peers. May wait for another peer.
  Executor reading();

  /// Platform threads that write what peers send. Never waits for a peer.
  Executor writing();

  /// What pulls may have asked for and not yet written.
  Budget receiveMemory();

  /// What answers may have read and not yet sent.
  Budget sendMemory();

  /// What may be sent a second.
  Pacing sending();

  /// Which answer goes before which, over all links.
  Precedence precedence();

  /// A link is closed.
  void forget(Link link);
}
