/// What a disk holds, as far as a person asks: its partitions (MBR, GPT) and the names, sizes and
/// times of the files on ext2, ext3, ext4 and FAT.
///
/// Reads only; takes nothing that an image says on trust: every number is checked against the
/// partition before it is used, directories are visited once, and names, depth and count are
/// bounded. A file system that was in use when the disk was frozen is listed as its disk says, its
/// journal not replayed. File contents are not read.
///
/// There is no kept Java library for either file system, and e2fsprogs reads files and not devices
/// of ours; a listing needs little of both formats.
///
/// May import: `snapshot.device`. Imported by: `store.cli`. Threads: one at a time for each disk.
package io.landfall.snapshot.filesystem;
