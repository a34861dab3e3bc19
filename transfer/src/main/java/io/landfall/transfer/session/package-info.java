/// Transfer sessions as plain objects: what a source answers, what a receiver asks for, and in
/// which order.
///
/// [io.landfall.transfer.session.Source] and [io.landfall.transfer.session.Answer] read devices and
/// make messages; [io.landfall.transfer.session.Pull] turns ranges into wants and checks what comes
/// back. No sockets, no threads, no clock: fed with messages, they return messages, so that one
/// test thread drives two sides through lost connections and reordering.
///
/// May import: `protocol`, `snapshot.device`. Imported by: `transfer.net`, `transfer.client`,
/// `transfer.landing`.
package io.landfall.transfer.session;
