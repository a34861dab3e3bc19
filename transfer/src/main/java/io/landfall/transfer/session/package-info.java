/// Transfer sessions as plain state machines: what a source answers, what a receiver asks for, and
/// in which order.
///
/// No sockets, no threads, no clock of its own: fed with messages and time, returns effects, so
/// that one test thread drives two sides through loss, reordering and crashes.
///
/// May import: `protocol`, `store`, `snapshot.device`. Imported by: `transfer.net`,
/// `transfer.client`.
package io.landfall.transfer.session;
