package io.landfall.transfer.landing;

import io.landfall.protocol.content.Manifest;
import java.nio.file.Path;

/// A landed image: a raw sparse file, complete, durable, every chunk hashed.
///
/// @param path of the file
/// @param manifest of its content; the source's too, if that had one
/// @param record what landing it took
public record LandedImage(Path path, Manifest manifest, TransferRecord record) {}
