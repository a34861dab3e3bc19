package io.landfall.snapshot.disk;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.Changes;
import io.landfall.snapshot.device.CorruptImageException;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.device.LayeredDevice;
import io.landfall.snapshot.overlay.OverlayFile;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The open layers of a disk over its base, and the list on disk that names them.
///
/// Has no lock: whoever owns it lets nobody read while the stack changes.
final class LayerStack {
  private final Path dir;
  private final BlockDevice base;
  private final List<OverlayFile> frozen = new ArrayList<>(); // the oldest first
  private final Lower lower; // frozen layers over the base
  private LayerList list;
  private OverlayFile top; // null when closed

  private LayerStack(Path dir, BlockDevice base, LayerList list) {
    this.dir = dir;
    this.base = base;
    this.list = list;
    this.lower = new Lower(base);
  }

  /// Makes a stack of one empty layer.
  static void create(Path dir, BlockDevice base) throws IOException {
    LayerList.Entry first = new LayerList.Entry(1, Optional.empty());
    OverlayFile.create(dir.resolve(first.file()), base.sizeBytes(), base).close();
    new LayerList(base.sizeBytes(), List.of(first)).write(dir);
  }

  /// Opens the layers that the list names, and deletes what it does not.
  static LayerStack open(Path dir, BlockDevice base) throws IOException {
    LayerStack stack = new LayerStack(dir, base, LayerList.read(dir));
    try {
      stack.deleteUnlisted();
      stack.openLayers();
      return stack;
    } catch (IOException | RuntimeException e) {
      stack.close();
      throw e;
    }
  }

  private void deleteUnlisted() throws IOException {
    List<String> listed = list.entries().stream().map(LayerList.Entry::file).toList();
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if ((name.endsWith(".overlay") && !listed.contains(name)) || name.endsWith(".part")) {
          Files.delete(file);
        }
      }
    }
  }

  private void openLayers() throws IOException {
    int last = list.entries().size() - 1;
    for (int i = 0; i < last; i++) {
      frozen.add(openLayer(i));
    }
    lower.set(over(frozen, new Lower(base)));
    top = OverlayFile.openWritable(file(last), lower);
    for (BlockDevice layer : all()) {
      if (layer.sizeBytes() != list.sizeBytes()) {
        throw new CorruptImageException(
            Reason.INCONSISTENT,
            "%s: has %d bytes, its disk %d".formatted(layer, layer.sizeBytes(), list.sizeBytes()));
      }
    }
  }

  private static BlockDevice over(List<OverlayFile> layers, BlockDevice lowest) {
    BlockDevice stack = lowest;
    for (OverlayFile layer : layers) {
      stack = LayeredDevice.over(layer, stack);
    }
    return stack;
  }

  LayerList list() {
    return list;
  }

  private Path file(int index) {
    return dir.resolve(list.entries().get(index).file());
  }

  /// The layer that takes the writes.
  OverlayFile top() throws IOException {
    if (top == null) {
      throw new ClosedChannelException();
    }
    return top;
  }

  /// All layers as one, without the base. Borrowed until the stack changes.
  BlockDevice changes() throws IOException {
    if (frozen.isEmpty()) {
      return top();
    }
    BlockDevice below = over(frozen.subList(1, frozen.size()), frozen.getFirst());
    return LayeredDevice.over(top(), below);
  }

  /// The layers up to `index` over the base, opened anew: the caller closes.
  BlockDevice openThrough(int index) throws IOException {
    List<OverlayFile> layers = new ArrayList<>();
    try {
      for (int i = 0; i <= index; i++) {
        layers.add(openLayer(i));
      }
    } catch (IOException e) {
      for (OverlayFile layer : layers) {
        layer.close();
      }
      throw e;
    }
    return over(layers, new Lower(base));
  }

  /// One layer without what is below it, opened anew: the caller closes.
  OverlayFile openLayer(int index) throws IOException {
    return OverlayFile.openLayer(file(index));
  }

  /// Puts a new, empty layer over `below` and makes that the stack.
  void pushTop(List<LayerList.Entry> below) throws IOException {
    LayerList.Entry fresh = new LayerList.Entry(list.nextNumber(), Optional.empty());
    OverlayFile.create(dir.resolve(fresh.file()), list.sizeBytes(), base).close();
    List<LayerList.Entry> entries = new ArrayList<>(below);
    entries.add(fresh);
    change(entries);
  }

  /// Makes `entries` the stack.
  void change(List<LayerList.Entry> entries) throws IOException {
    LayerList changed = list.with(entries);
    changed.write(dir);
    list = changed;
    close();
    openLayers();
  }

  /// Deletes layers that the list does not name any more.
  void delete(List<LayerList.Entry> entries) throws IOException {
    for (LayerList.Entry entry : entries) {
      Files.deleteIfExists(dir.resolve(entry.file()));
    }
  }

  /// A layer that has lost its name and is not the last, or -1.
  int firstNameless() {
    List<LayerList.Entry> entries = list.entries();
    for (int i = 0; i < entries.size() - 1; i++) {
      if (entries.get(i).name().isEmpty()) {
        return i;
      }
    }
    return -1;
  }

  /// Copies the layer behind `index` into the one at `index`, which it hides, so that every read on
  /// the way finds the same. Whole blocks, so that nothing is filled up from below.
  void copyUp(int index) throws IOException {
    try (OverlayFile from = openLayer(index + 1);
        OverlayFile into = OverlayFile.openWritable(file(index), new Lower(base))) {
      Changes.apply(from, into);
      into.flush();
    }
  }

  private List<BlockDevice> all() {
    List<BlockDevice> all = new ArrayList<>(frozen);
    if (top != null) {
      all.add(top);
    }
    return all;
  }

  /// Makes everything durable first. The base stays open.
  void close() throws IOException {
    List<BlockDevice> all = all();
    top = null;
    frozen.clear();
    for (BlockDevice layer : all) {
      layer.close();
    }
  }
}
