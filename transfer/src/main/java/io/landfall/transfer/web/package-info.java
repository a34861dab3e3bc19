/// HTTP for whoever looks: the status page, its events, JSON, and metrics. It answers GET and HEAD
/// and changes nothing.
///
/// [io.landfall.transfer.web.WebServer] listens on the loopback address or on a Unix socket;
/// anywhere else only with TLS and a client certificate of the pool, which whoever starts it hands
/// in. [io.landfall.transfer.web.Site] is what there is to see. A small server on the HTTP codec
/// that the network library brings: connections, request lines, headers, streams and requests at
/// work are each bounded where they arise.
///
/// The page itself is files in this room's resources, served as they are: no build, nothing fetched
/// from elsewhere.
///
/// May import: nothing of ours. Imported by: `transfer.daemon`. Threads: one event loop; what a
/// site computes runs on two threads of their own.
package io.landfall.transfer.web;
