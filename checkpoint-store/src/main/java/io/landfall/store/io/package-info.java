/// Durable files: write to a temporary name, fsync, rename, fsync the directory; and the seam where
/// tests inject faults.
///
/// May import: nothing of ours. Imported by: every room of the store that writes a file.
package io.landfall.store.io;
