package io.landfall.snapshot.format.ova;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.format.file.NewFile;
import io.landfall.snapshot.format.vmdk.StreamOptimizedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipEncodingHelper;

/// Writes a machine with one disk as OVA: description first, as VMware's tools insist on, then the
/// manifest, then the packed disk.
///
/// The disk is written once, straight into its place. Its size and digest are only known then, so
/// the description and the manifest, which have a fixed length, are written last into the room kept
/// for them. The file is complete or absent. One thread.
public final class OvaWriter {
  private static final int BLOCK = 512;
  private static final int RECORD = 10240;
  private static final int DIGEST_CHARS = 64;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /// What the description says of the machine.
  ///
  /// @param name of the machine; letters, digits, dots and dashes
  /// @param vcpus at least 1
  /// @param memoryMiB at least 1
  public record Machine(String name, int vcpus, int memoryMiB) {

    public Machine {
      if (!NAME.matcher(name).matches() || vcpus < 1 || memoryMiB < 1) {
        throw new IllegalArgumentException(
            "machine %s with %d CPUs and %d MiB".formatted(name, vcpus, memoryMiB));
      }
    }

    private String description() {
      return name + ".ovf";
    }

    private String manifest() {
      return name + ".mf";
    }

    private String disk() {
      return name + "-disk1.vmdk";
    }
  }

  private final NewFile file;
  private final Machine machine;
  private final long diskBytes;
  private final int descriptionBytes;
  private final int manifestBytes;

  private OvaWriter(NewFile file, Machine machine, long diskBytes) {
    this.file = file;
    this.machine = machine;
    this.diskBytes = diskBytes;
    this.descriptionBytes = OvfText.of(machine, machine.disk(), diskBytes, Long.MAX_VALUE).length;
    this.manifestBytes = manifest("0".repeat(DIGEST_CHARS), "0".repeat(DIGEST_CHARS)).length;
  }

  /// Writes `machine` with `source`, a complete disk.
  ///
  /// @param progress is told how many bytes of the disk are done
  public static void write(Machine machine, BlockDevice source, Path target, LongConsumer progress)
      throws IOException {
    try (NewFile file = NewFile.at(target)) {
      new OvaWriter(file, machine, source.sizeBytes()).write(source, progress);
      file.commit();
    }
  }

  private void write(BlockDevice source, LongConsumer progress) throws IOException {
    long manifestHeader = BLOCK + padded(descriptionBytes);
    long diskHeader = manifestHeader + BLOCK + padded(manifestBytes);
    MessageDigest digest = OvaArchive.messageDigest("SHA-256");
    long[] end = {diskHeader + BLOCK};
    StreamOptimizedWriter.write(
        source,
        machine.disk(),
        bytes -> {
          digest.update(bytes.duplicate());
          int length = bytes.remaining();
          file.write(end[0], bytes);
          end[0] += length;
        },
        progress);
    long packedBytes = end[0] - diskHeader - BLOCK;
    byte[] description = description(packedBytes);
    writeMember(0, machine.description(), description);
    writeMember(
        manifestHeader,
        machine.manifest(),
        manifest(
            hex(OvaArchive.messageDigest("SHA-256").digest(description)), hex(digest.digest())));
    writeHeader(diskHeader, machine.disk(), packedBytes);
    // Two blocks of zeros end the archive; tar fills up to whole records.
    file.extendTo(Math.ceilDiv(end[0] + 2 * BLOCK, RECORD) * (long) RECORD);
  }

  private static long padded(long bytes) {
    return Math.ceilDiv(bytes, BLOCK) * BLOCK;
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  /// Filled up behind its end with blanks, which XML allows, to the length that was kept free.
  private byte[] description(long packedBytes) {
    byte[] text = OvfText.of(machine, machine.disk(), diskBytes, packedBytes);
    byte[] filled = new byte[descriptionBytes];
    Arrays.fill(filled, (byte) '\n');
    System.arraycopy(text, 0, filled, 0, text.length);
    return filled;
  }

  private byte[] manifest(String descriptionDigest, String diskDigest) {
    return "SHA256(%s)= %s\nSHA256(%s)= %s\n"
        .formatted(machine.description(), descriptionDigest, machine.disk(), diskDigest)
        .getBytes(StandardCharsets.UTF_8);
  }

  private void writeMember(long offset, String name, byte[] bytes) throws IOException {
    writeHeader(offset, name, bytes.length);
    file.write(offset + BLOCK, ByteBuffer.wrap(bytes));
  }

  private void writeHeader(long offset, String name, long bytes) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(name);
    entry.setSize(bytes);
    entry.setMode(0644);
    entry.setLastModifiedTime(FileTime.from(Instant.now().truncatedTo(ChronoUnit.SECONDS)));
    byte[] header = new byte[BLOCK];
    // Sizes over 8 GiB in GNU's binary form, which VMware's tools read.
    entry.writeEntryHeader(header, ZipEncodingHelper.getZipEncoding("UTF-8"), true);
    file.write(offset, ByteBuffer.wrap(header));
  }
}
