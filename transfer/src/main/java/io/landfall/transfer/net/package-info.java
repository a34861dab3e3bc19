/// The only room with network sockets, event loops and (later) TLS: links between two hosts that
/// drive sessions.
///
/// May import: `transfer.session`, `protocol`. Imported by: `transfer.client`, `transfer.daemon`.
/// Threads: event loops never block; disk work runs on a bounded pool of platform threads.
package io.landfall.transfer.net;
