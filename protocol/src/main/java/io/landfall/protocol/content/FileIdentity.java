package io.landfall.protocol.content;

/// Tells one state of one file from every other: equal identities mean that nobody has written to
/// the file since.
///
/// The change time is what makes this safe: unlike the modification time, no system call can set it
/// back.
///
/// @param device the file system
/// @param inode the file in it
/// @param sizeBytes its length
/// @param modifiedNanos modification time in nanoseconds since 1970
/// @param changedNanos change time in nanoseconds since 1970
public record FileIdentity(
    long device, long inode, long sizeBytes, long modifiedNanos, long changedNanos) {}
