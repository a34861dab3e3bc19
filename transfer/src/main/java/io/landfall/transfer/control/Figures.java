package io.landfall.transfer.control;

/// Where the bytes of a landed, saved or returned image came from; all in bytes but the last.
///
/// @param image size of the image as the guest sees it
/// @param zero holes and zero runs: neither sent nor stored
/// @param base taken from the image it is based on
/// @param seed taken from other local images
/// @param resumed already durable from an attempt before
/// @param pulled content that came over the network, before compression
/// @param wire bytes on the network, framing included
/// @param millis wall time
public record Figures(
    long image,
    long zero,
    long base,
    long seed,
    long resumed,
    long pulled,
    long wire,
    long millis) {}
