/// The room with the network sockets of hosts, their event loops and TLS (HTTP for browsers is
/// `transfer.web`'s): links between two hosts, each one control connection and a few data
/// connections, that drive sessions.
///
/// [io.landfall.transfer.net.Endpoint] listens and dials; a [io.landfall.transfer.net.Peer] is what
/// is at the other end and hides its connections. Who dialled decides nothing: either side serves,
/// asks and pulls.
///
/// What goes first when an endpoint owes answers to many: an owner's rate holds up that owner only
/// (`Pacing`), and over all links guests' reads go before landings, and those before the background
/// (`Precedence`).
///
/// [io.landfall.transfer.net.NbdServer] serves disks to whoever speaks NBD, with threads of its
/// own.
///
/// May import: `transfer.session`, `transfer.nbd`, `transfer.pool`, `protocol`, `snapshot.device`.
/// Imported by: `transfer.client`, `transfer.landing`, `transfer.daemon`. Threads: event loops
/// never block; reads and writes of disks run on two bounded pools of platform threads (apart, so
/// that a source that waits for another peer cannot stop the writing that it waits for); what a
/// caller hands in runs on virtual threads.
package io.landfall.transfer.net;
