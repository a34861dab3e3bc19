package io.landfall.perf.worker;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.ImageFormat;
import io.landfall.snapshot.format.qcow2.Qcow2Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;

/// Reads and converts images.
final class ImageWork {
  private ImageWork() {}

  static Map<String, Double> convert(Order.Convert order) throws IOException {
    Path target = Path.of(order.target());
    try (BlockDevice source = open(order.image())) {
      switch (order.format()) {
        case QCOW2 -> Qcow2Writer.write(source, target, done -> {});
        case RAW -> ImageFormat.RAW.write(source, target, done -> {});
      }
    }
    return Map.of();
  }

  static Map<String, Double> read(Order.Read order) throws IOException {
    ByteBuffer piece = ByteBuffer.allocateDirect(order.pieceBytes());
    try (BlockDevice image = open(order.image())) {
      long room = image.sizeBytes() - order.pieceBytes() + 1;
      long at = 0;
      for (int i = 0; i < order.count(); i++) {
        image.read(at, piece.clear());
        at = (at + order.stepBytes()) % room;
      }
    }
    return Map.of();
  }

  static BlockDevice open(String image) throws IOException {
    Path path = Path.of(image);
    return ImageFormat.probe(path).open(path);
  }
}
