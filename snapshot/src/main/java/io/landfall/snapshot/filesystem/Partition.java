package io.landfall.snapshot.filesystem;

import io.landfall.snapshot.device.Range;

/// A part of a disk.
///
/// @param number as Linux counts them; 0 for a disk without partitions
/// @param range where it is
/// @param type what the table says of it: a GPT name, an MBR type, or nothing
public record Partition(int number, Range range, String type) {}
