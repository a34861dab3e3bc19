/// What two hosts say to each other: one record per message, all in one sealed interface, each with
/// its bounds.
///
/// Messages are values; how they look as bytes is the codec's business, when to send them the
/// session's.
///
/// May import: `protocol.content`, `protocol.error`. Imported by: `protocol.codec`, `transfer`.
package io.landfall.protocol.message;
