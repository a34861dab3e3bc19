/// The wire codec: frames to messages and back, with every length checked before anything is
/// allocated for it.
///
/// Works on ByteBuf alone, without channels, so that tests and simulations feed it bytes directly.
/// `WIRE.md` beside this module's pom describes each frame byte by byte.
///
/// May import: `protocol.message`, `protocol.content`, `protocol.error`, lz4-java for payloads.
/// Imported by: `transfer.net`, `transfer.session`. Threads: a decoder belongs to one connection;
/// encoding is stateless.
package io.landfall.protocol.codec;
