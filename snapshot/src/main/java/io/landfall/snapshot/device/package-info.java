/// The block device abstraction: a disk, a layer of one, or a guest's memory, as bytes addressed by
/// guest offset.
///
/// Everything that is moved, stored or served is a [io.landfall.snapshot.device.BlockDevice];
/// layers are stacked by composition. Here are the devices that need no image format: raw sparse
/// files, memory, a layer over its base.
///
/// May import: nothing of ours. Imported by: every room that touches disk content. Threads: reads
/// may run at once; see each device for writes.
package io.landfall.snapshot.device;
