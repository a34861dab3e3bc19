package io.landfall.transfer.session;

import io.landfall.snapshot.device.RawFile;

/// A frame of plain DATA whose bytes the kernel can send from a file.
///
/// @param request of the want
/// @param handle of the export
/// @param file where they are; stays open until `whenGone` has run
/// @param offset in the image, and in the file
/// @param length of them
/// @param crc32c of them, known from an index
/// @param whenGone must run once, when they have left or never will
public record FileBody(
    int request,
    int handle,
    RawFile file,
    long offset,
    int length,
    int crc32c,
    Runnable whenGone) {}
