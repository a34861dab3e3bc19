package io.landfall.transfer.daemon;

import io.landfall.protocol.content.ImageId;
import io.landfall.protocol.content.Manifest;
import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.format.qcow2.Qcow2Overlay;
import io.landfall.snapshot.overlay.OverlayFile;
import io.landfall.store.chunking.Chunking;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.ArrivingImage;
import io.landfall.transfer.landing.Exchange;
import io.landfall.transfer.landing.ImageCache;
import io.landfall.transfer.lifecycle.OverlayFormat;
import io.landfall.transfer.lifecycle.VmDrive;
import io.landfall.transfer.net.Peer;
import io.landfall.transfer.swarm.SwarmPull;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The disks of a claim: landed images, which are pinned in the cache and shared, and the overlays
/// that this job alone writes.
///
/// Threads: guarded by the [Claim] that owns it, but for what reads disks, which any thread may
/// while the disks stay landed.
final class ClaimDisks {
  private static final System.Logger LOG = System.getLogger(ClaimDisks.class.getName());

  private final String job;
  private final Path directory;
  private final OverlayFormat format;
  private final ImageCache cache;
  private final SwarmMember swarm;
  private final Map<String, ClaimBase> bases = new ConcurrentHashMap<>();

  ClaimDisks(
      String job, Path directory, OverlayFormat format, ImageCache cache, SwarmMember swarm) {
    this.job = job;
    this.directory = directory;
    this.format = format;
    this.cache = cache;
    this.swarm = swarm;
  }

  /// Lands a disk and, if the guest may write it, makes an empty overlay.
  Reply.LandedPart land(Peer from, Request.DiskOrder disk, TransferListener listener)
      throws IOException {
    unpin(disk.device());
    try (RemoteImage remote = RemoteImage.open(from, disk.export())) {
      Optional<SwarmPull> together = swarm.with(from);
      ImageCache.Pinned landed = cache.land(remote, together.map(Exchange.class::cast), listener);
      put(disk, ClaimBase.of(landed));
      together.ifPresent(pull -> pull.landed(landed.manifest()));
      return LandedParts.of(disk.device(), landed.manifest(), landed.record());
    }
  }

  /// Lets a disk be read while it lands and, if the guest may write it, makes an empty overlay;
  /// empty if it is here already.
  Optional<Reply.LandedPart> arrive(Peer from, Request.DiskOrder disk) throws IOException {
    unpin(disk.device());
    RemoteImage remote = RemoteImage.open(from, disk.export());
    try {
      Optional<ArrivingImage> arriving = cache.arrive(remote, BootProfiles.pull(from, disk));
      if (arriving.isEmpty()) {
        remote.close();
        return Optional.empty();
      }
      put(disk, ClaimBase.of(arriving.get()));
      return Optional.of(LandedParts.begun(disk.device(), arriving.get()));
    } catch (IOException | RuntimeException e) {
      remote.close();
      throw e;
    }
  }

  /// Uses a disk on a shared file system where it lies. Nothing of it travels but the names of its
  /// chunks; what a checkpoint changed of it becomes the overlay.
  Reply.LandedPart useInPlace(Peer from, Request.DiskOrder disk) throws IOException {
    unpin(disk.device());
    long began = System.nanoTime();
    ClaimBase base = InPlaceBase.open(from, disk, directory);
    bases.put(disk.device(), base);
    long pulled =
        disk.writable() ? InPlaceBase.makeOverlay(from, disk, base, overlay(disk.device())) : 0;
    return InPlaceBase.part(disk.device(), base, pulled, began);
  }

  private void put(Request.DiskOrder disk, ClaimBase base) throws IOException {
    bases.put(disk.device(), base);
    if (disk.writable()) {
      createOverlay(disk.device(), base);
    }
  }

  /// Lets what has not landed yet come from this peer; what is lost with a peer waits for the next.
  void from(Peer peer, List<Request.DiskOrder> orders) throws IOException {
    for (Request.DiskOrder disk : orders) {
      ClaimBase base = bases.get(disk.device());
      if (base != null && !base.landed()) {
        RemoteImage remote = RemoteImage.open(peer, disk.export());
        try {
          base.arriving().orElseThrow().from(remote);
        } catch (IOException | RuntimeException e) {
          remote.close();
          throw e;
        }
      }
    }
  }

  private void createOverlay(String device, ClaimBase base) throws IOException {
    Path overlay = overlay(device);
    Files.deleteIfExists(overlay);
    Files.deleteIfExists(VmDrive.upperOf(overlay));
    switch (format) {
      case QCOW2 -> Qcow2Overlay.create(overlay, base.manifest().sizeBytes());
      case VMDK -> {} // the driver makes it, since it knows whether a delta or a copy is wanted
      case LANDFALL -> {
        try (BlockDevice content = base.open()) {
          OverlayFile.create(overlay, base.manifest().sizeBytes(), content).close();
        }
      }
    }
  }

  /// Takes up images that an agent before this one landed.
  ///
  /// @param alsoArriving whether they may have been read while they landed
  /// @return whether the cache still has them all
  boolean pin(Map<String, String> images, List<Request.DiskOrder> orders, boolean alsoArriving)
      throws IOException {
    for (Map.Entry<String, String> image : images.entrySet()) {
      Optional<Request.DiskOrder> inPlace =
          orders.stream()
              .filter(order -> order.device().equals(image.getKey()))
              .filter(order -> order.inPlace().isPresent())
              .findFirst();
      if (inPlace.isPresent()) {
        bases.put(image.getKey(), InPlaceBase.again(inPlace.get(), directory));
        continue;
      }
      ImageId id = ImageId.parse(image.getValue());
      if (!cache.holds(id) && alsoArriving && cache.holdsPartOf(id)) {
        bases.put(image.getKey(), ClaimBase.of(cache.arriveAgain(id)));
      } else if (!cache.holds(id)) {
        LOG.log(
            System.Logger.Level.ERROR,
            "{0}: its base image {1} is not in the cache any more; what it left here is useless",
            job,
            id);
        return false;
      } else {
        bases.put(image.getKey(), ClaimBase.of(cache.pin(id)));
      }
    }
    return true;
  }

  void unpinAll() throws IOException {
    for (String device : List.copyOf(bases.keySet())) {
      unpin(device);
    }
  }

  private void unpin(String device) throws IOException {
    ClaimBase base = bases.remove(device);
    if (base != null) {
      base.close();
    }
  }

  /// The images under the disks, by device.
  Map<String, ClaimBase> bases() {
    return Map.copyOf(bases);
  }

  /// A disk as the hypervisor is told of it, once its base has landed.
  VmDrive drive(Request.DiskOrder disk) {
    Path base = bases.get(disk.device()).path();
    Optional<Path> overlay =
        disk.writable() ? Optional.of(overlay(disk.device())) : Optional.empty();
    return new VmDrive(disk.device(), base, overlay, disk.cdrom());
  }

  /// ImageId of each landed disk, by device.
  Map<String, String> imageIds() {
    Map<String, String> ids = new LinkedHashMap<>();
    bases.forEach((device, base) -> ids.put(device, base.manifest().imageId().toString()));
    return ids;
  }

  ImageId baseId(String device) {
    return bases.get(device).manifest().imageId();
  }

  int chunkSizeBytes() {
    return bases.values().iterator().next().manifest().chunkSizeBytes();
  }

  /// What the guest made of a disk. Caller closes.
  ChangedDevice changed(String device) throws IOException {
    return over(layers(device), device);
  }

  /// What the guest had made of a disk when it was frozen. Caller closes.
  ChangedDevice frozen(String device) throws IOException {
    return over(open(overlay(device)), device);
  }

  private ChangedDevice over(BlockDevice layers, String device) throws IOException {
    return new ChangedDevice(layers, bases.get(device).open());
  }

  /// Only changed chunks are read: the others have the base's ids.
  Manifest manifestOf(String device, ChangedDevice changed) throws IOException {
    return Chunking.update(bases.get(device).manifest(), changed, ChangedDevice.changes(changed));
  }

  /// A changed disk, which is handed over, without the chunks that are as they were.
  ///
  /// @param names of its chunks, if they are known
  ChangedDevice withoutEqual(String device, ChangedDevice changed, Optional<Manifest> names) {
    return names.map(now -> changed.without(bases.get(device).manifest(), now)).orElse(changed);
  }

  /// The disks of `orders` over their bases, by the names that they are offered by.
  ///
  /// @param prefix of these names
  List<Reply.ChangedDisk> changedDisks(List<Request.DiskOrder> orders, String prefix)
      throws IOException {
    List<Reply.ChangedDisk> disks = new ArrayList<>();
    for (Request.DiskOrder disk : orders) {
      try (BlockDevice layers = layers(disk.device())) {
        disks.add(
            new Reply.ChangedDisk(
                disk.device(),
                Names.claimPart(job, prefix + disk.device()),
                baseId(disk.device()).toString(),
                !ChangedDevice.changes(layers).isEmpty()));
      }
    }
    return disks;
  }

  /// The overlay, under the upper layer while there is one.
  private BlockDevice layers(String device) throws IOException {
    Path overlay = overlay(device);
    Path upper = VmDrive.upperOf(overlay);
    return Files.exists(upper) ? LayeredDevice.over(open(upper), open(overlay)) : open(overlay);
  }

  private BlockDevice open(Path layer) throws IOException {
    return format.openLayer(layer);
  }

  private Path overlay(String device) {
    return directory.resolve(device + "." + format.suffix());
  }
}
