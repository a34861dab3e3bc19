/// What can go wrong between two hosts, as numbers that never change, each with what the other side
/// should do about it.
///
/// May import: nothing of ours. Imported by: messages, codec, and whoever speaks the wire.
package io.landfall.protocol.error;
