package io.landfall.transfer.lifecycle;

/// What only a VMware guest has.
///
/// @param vmx the user's configuration file, as written
/// @param snapshotDisk whether writes go to a delta over the landed disk; else to a private copy of
///   it
public record VmwareGuest(String vmx, boolean snapshotDisk) {}
