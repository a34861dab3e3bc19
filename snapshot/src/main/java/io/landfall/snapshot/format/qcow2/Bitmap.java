package io.landfall.snapshot.format.qcow2;

/// A dirty bitmap that an image carries.
///
/// @param name as the image says it
/// @param granularityBytes of disk that one bit stands for
/// @param inUse whether its writer left without having stored it, so that everything is dirty
/// @param auto whether QEMU goes on tracking writes in it
public record Bitmap(String name, int granularityBytes, boolean inUse, boolean auto) {}
