package io.landfall.transfer.lifecycle.vmware;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.lifecycle.SavedState;
import io.landfall.transfer.lifecycle.VmSpec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// A suspended VM between VMware's files and ours.
///
/// VMware's are `NAME.vmss` and `NAME.vmem`, under a name that the `.vmx` tells. Memory becomes
/// [VmSpec#memoryFile]; the rest, packed (it holds the screen), is the device state. Where VMware
/// keeps memory inside of the `.vmss`, that file is what is saved as memory.
final class SuspendedState {
  private static final String STATE = "checkpoint.vmState";
  private static final long MAX_STATE_BYTES = 1L << 30;

  private SuspendedState() {}

  /// The file of the suspended state, once VMware has written it and let go of the VM.
  static Optional<Path> of(Path vmx) throws IOException {
    return read(vmx)
        .get(STATE)
        .filter(name -> name.matches("[\\w-]{1,100}\\.vmss"))
        .map(vmx::resolveSibling)
        .filter(Files::isRegularFile);
  }

  static VmxFile read(Path vmx) throws IOException {
    return VmxFile.parse(vmx.toString(), Files.readString(vmx));
  }

  /// Takes over what VMware wrote.
  static SavedState save(VmSpec spec, Path vmx, Path state) throws IOException {
    Path memory = memoryOf(state);
    boolean apart = Files.exists(memory);
    byte[] devices = apart ? pack(state) : new byte[0];
    DurableFiles.sync(apart ? memory : state);
    Files.move(apart ? memory : state, spec.memoryFile(), StandardCopyOption.REPLACE_EXISTING);
    Files.deleteIfExists(state);
    DurableFiles.syncDirectory(spec.workDir());
    VmwareMachine machine =
        VmwareMachine.of(spec, read(vmx).toString(), state.getFileName().toString(), apart);
    return new SavedState(spec.memoryFile(), devices, machine.toJson());
  }

  /// Lays out what was saved as VMware wants it.
  ///
  /// @return the configuration that goes with it
  static VmxFile restore(VmSpec spec, SavedState saved, VmwareSettings.Host host)
      throws IOException {
    VmwareMachine machine = VmwareMachine.mustFit(saved.machine(), spec);
    Path state = spec.workDir().resolve(machine.state());
    if (machine.memoryApart()) {
      if (Files.size(saved.memory()) != spec.memoryBytes()) {
        throw VmwareMachine.refused(
            "%d bytes of memory, expected %d"
                .formatted(Files.size(saved.memory()), spec.memoryBytes()));
      }
      unpack(saved.deviceState(), state);
      place(saved.memory(), memoryOf(state), spec);
    } else {
      place(saved.memory(), state, spec);
    }
    VmxFile vmx = VmxFile.parse("saved .vmx", machine.vmx());
    VmxRewrite.ofTheHost(vmx, spec.network(), host);
    return vmx.set(STATE, machine.state());
  }

  /// Our own file is used as it lies, and stays until the VM runs.
  private static void place(Path memory, Path target, VmSpec spec) throws IOException {
    Files.deleteIfExists(target);
    if (Files.exists(spec.memoryFile()) && Files.isSameFile(memory, spec.memoryFile())) {
      Files.createLink(target, memory);
    } else {
      Files.copy(memory, target);
    }
  }

  private static Path memoryOf(Path state) {
    String name = state.getFileName().toString();
    return state.resolveSibling(name.substring(0, name.length() - ".vmss".length()) + ".vmem");
  }

  private static byte[] pack(Path state) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      Files.copy(state, out);
    }
    return packed.toByteArray();
  }

  private static void unpack(byte[] packed, Path state) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed));
        OutputStream out = Files.newOutputStream(state)) {
      byte[] piece = new byte[64 << 10];
      long total = 0;
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        total += n;
        if (total > MAX_STATE_BYTES) {
          throw VmwareMachine.refused(
              "its state is over %d bytes unpacked".formatted(MAX_STATE_BYTES));
        }
        out.write(piece, 0, n);
      }
    }
  }
}
