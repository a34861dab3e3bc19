package io.landfall.transfer.daemon;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.client.RemoteImage;
import io.landfall.transfer.client.TransferListener;
import io.landfall.transfer.control.Reply;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.landing.Landing;
import io.landfall.transfer.landing.LandingOptions;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.net.Peer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// A saved machine in a claim's directory: guest memory and device state.
final class ClaimState {
  static final String MEMORY = "memory";
  static final String DEVICE_STATE = "device-state";

  private final Path directory;

  ClaimState(Path directory) {
    this.directory = directory;
  }

  /// Lands a saved state straight into the files that the machine will use.
  Reply.LandedPart land(Peer from, Request.RestoreOrder restore, TransferListener listener)
      throws IOException {
    try (RemoteImage state = RemoteImage.open(from, restore.deviceStateExport())) {
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(state.sizeBytes()));
      state.read(0, bytes);
      Files.write(directory.resolve(DEVICE_STATE), bytes.array());
    }
    Path memory = directory.resolve(MEMORY);
    Files.deleteIfExists(memory);
    try (RemoteImage remote = RemoteImage.open(from, restore.memoryExport())) {
      var landed = Landing.land(remote, memory, LandingOptions.DEFAULT, listener);
      return LandedParts.of(MEMORY, landed.manifest(), landed.record());
    }
  }

  /// What has landed, for the driver.
  SavedState landed(String machine) throws IOException {
    return new SavedState(
        directory.resolve(MEMORY), Files.readAllBytes(directory.resolve(DEVICE_STATE)), machine);
  }

  /// Makes the device state of a saved machine durable; its memory is that already.
  void keep(SavedState saved) throws IOException {
    DurableFiles.replace(directory.resolve(DEVICE_STATE), saved.deviceState());
  }

  /// The device state, to be pulled.
  BlockDevice deviceState() throws IOException {
    return device(Files.readAllBytes(directory.resolve(DEVICE_STATE)));
  }

  /// Bytes, to be pulled.
  static BlockDevice device(byte[] bytes) throws IOException {
    MemoryDevice device = new MemoryDevice(bytes.length);
    device.write(0, ByteBuffer.wrap(bytes));
    return device;
  }
}
