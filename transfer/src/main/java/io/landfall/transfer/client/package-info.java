/// The facade of the transfer engine: open a remote image, read it as a block device, land it,
/// offer local ones.
///
/// May import: `transfer.net`, `transfer.session`, `transfer.landing`, `protocol`, `store`,
/// `snapshot`. Imported by: `transfer.lifecycle`, `transfer.daemon`, `transfer.cli`.
package io.landfall.transfer.client;
