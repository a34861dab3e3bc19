/// Content addressing: what a chunk, a manifest and an image are called, and the one encoding of a
/// chunk on disk and wire.
///
/// A disk and a memory state are the same thing here: fixed-size chunks, named by SHA-256, in a
/// Merkle tree whose root names the image. Knows bytes and names; knows nothing of disks, files or
/// peers.
///
/// May import: nothing of ours. Imported by: messages and codec, the store, the transfer engine.
/// Threads: values are immutable; encoders and decoders belong to one thread each.
package io.landfall.protocol.content;
