/// Directories on the wire: a listing, a pack of all small files and their digests, and each large
/// file as an image of its own; landed in a staging directory and committed as one rename.
///
/// A directory moves by the same verb as an image: the receiver pulls. Its small files lie one
/// behind the other in one export, so that thousands of them are a few wants; its large ones land
/// as any image does, with holes, resume and verification. Every name is resolved beneath a held
/// directory descriptor, one component at a time and following no link, on both sides. Whatever is
/// no file, directory, symbolic or hard link inside the tree is refused with its name.
///
/// Order on disk: contents, links, modes and times in the staging directory; all of it durable; the
/// rename. May import: `transfer.client`, `transfer.landing`, `transfer.session`, `store.chunking`,
/// `protocol`, `snapshot.device`. Imported by: `transfer.daemon`, `transfer.cli`. Linux only.
package io.landfall.transfer.tree;
