/// What an agent counts, measures and remembers of its transfers.
///
/// [io.landfall.transfer.observe.Observer] is told by the daemon what happens;
/// [io.landfall.transfer.observe.Tracked] is one transfer under way. It answers with metrics in
/// Prometheus' text format, with what runs, and with how the last transfers went, which survives
/// the agent in two files that replace each other.
///
/// Names of owners become labels, so they are bounded: the first fifty have one each, the rest
/// share `other`.
///
/// Knows the words of `transfer.control` and nothing of jobs, stores or sockets: whoever has state
/// to show hands in a supplier of an [io.landfall.transfer.control.Overview].
///
/// May import: `transfer.control`, `store.io`. Imported by: `transfer.daemon`. Threads: any.
package io.landfall.transfer.observe;
