package io.landfall.transfer.landing;

import java.time.Duration;

/// What a landing did: where each byte of the image came from, and how long each part took.
///
/// @param imageBytes the image's size; the sum of the next five
/// @param zeroBytes never travelled, because the source said or saw that they are zero
/// @param pulledBytes came from the source
/// @param baseBytes were copied from the local base
/// @param seedBytes were copied from local seeds
/// @param resumedBytes were here already, from an attempt that broke off
/// @param wireBytes received for it, frame headers included
/// @param map asking what lies where
/// @param pull copying and pulling
/// @param seal hashing that was not done beside the pull, and waiting for the source's manifest
/// @param commit making it durable and naming it
public record TransferRecord(
    long imageBytes,
    long zeroBytes,
    long wireBytes,
    long pulledBytes,
    long baseBytes,
    long seedBytes,
    long resumedBytes,
    Duration map,
    Duration pull,
    Duration seal,
    Duration commit) {}
