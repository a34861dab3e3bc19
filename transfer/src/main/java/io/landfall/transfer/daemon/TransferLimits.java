package io.landfall.transfer.daemon;

/// How much an agent moves at once, and how much of the disk and the network it may have for it.
///
/// @param uploads `MAX_CONCURRENT_UPLOADS`: landings of jobs at once; 0 for no limit
/// @param downloads `MAX_CONCURRENT_DOWNLOADS`: returns of disks at once; 0 for no limit
/// @param cacheBytes `LANDFALL_IMAGE_CACHE_SIZE`, in MiB: images not in use are removed, the one
///   used longest ago first, when there are more; 0 for no limit
/// @param reserveBytes `RESERVED_DISK`, in MiB: what landings leave free on the disk
/// @param sendBytesPerSecond `LANDFALL_MAX_SEND_RATE`, in KiB a second: what all pulls from this
///   host together may take; 0 for no limit
/// @param ownerBytesPerSecond `LANDFALL_MAX_SEND_RATE_PER_OWNER`, in KiB a second: what all pulls
///   of one owner's jobs and copies from this host may take; 0 for no limit
/// @param lazy `LANDING`: whether machines of jobs that do not say run while their disks land
/// @param swarm `LANDFALL_SWARM`: whether execute hosts that land one image have it from each other
/// @param swarmUploads `LANDFALL_SWARM_UPLOADS`: pieces that one execute host sends at once
/// @param policy who goes first, and when all wait for the disk
record TransferLimits(
    int uploads,
    int downloads,
    long cacheBytes,
    long reserveBytes,
    long sendBytesPerSecond,
    long ownerBytesPerSecond,
    boolean lazy,
    boolean swarm,
    int swarmUploads,
    QueuePolicy policy) {
  /// HTCondor's defaults where it has any.
  static final TransferLimits STANDARD =
      new TransferLimits(100, 100, 0, 0, 0, 0, false, true, 4, QueuePolicy.STANDARD);

  /// The same with another `LANDING`.
  TransferLimits landing(boolean lazily) {
    return new TransferLimits(
        uploads,
        downloads,
        cacheBytes,
        reserveBytes,
        sendBytesPerSecond,
        ownerBytesPerSecond,
        lazily,
        swarm,
        swarmUploads,
        policy);
  }
}
