/// NBD, the network block device protocol: its wire values, and their codec.
///
/// The server's half of fixed newstyle: [io.landfall.protocol.nbd.OptionReader] and
/// [io.landfall.protocol.nbd.RequestReader] turn what a client sends into values, bounded before
/// anything is allocated; [io.landfall.protocol.nbd.NbdWriter] turns answers into bytes. Works on
/// ByteBuf alone, without channels. What to answer is decided in `transfer.nbd`.
///
/// May import: nothing of ours. Imported by: `transfer.nbd`, `transfer.net`. Threads: a reader
/// belongs to one connection; writing is stateless.
///
/// @see "doc/proto.md of the NetworkBlockDevice project"
package io.landfall.protocol.nbd;
