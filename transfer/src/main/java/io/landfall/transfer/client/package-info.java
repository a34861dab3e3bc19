/// The facade of the transfer engine: a remote image, read on demand as a block device or pulled in
/// bulk.
///
/// May import: `transfer.net`, `transfer.session`, `protocol`, `snapshot.device`. Imported by:
/// `transfer.landing`, `transfer.lifecycle`, `transfer.daemon`, `transfer.cli`. Threads: any; calls
/// block.
package io.landfall.transfer.client;
