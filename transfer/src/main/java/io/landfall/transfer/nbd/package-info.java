/// The NBD server's logic: what is answered to options and requests, as block devices have it.
///
/// [io.landfall.transfer.nbd.Negotiation] takes options until an export is chosen;
/// [io.landfall.transfer.nbd.Transmission] carries out requests. No sockets, no threads, no clock:
/// `transfer.net` drives both. An export has a name in a table and is never a path.
///
/// May import: `protocol.nbd`, `snapshot.device`. Imported by: `transfer.net`, `transfer.daemon`,
/// `transfer.cli`. Threads: a negotiation belongs to its connection; a transmission answers several
/// requests at once.
package io.landfall.transfer.nbd;
