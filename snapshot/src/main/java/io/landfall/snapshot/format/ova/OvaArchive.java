package io.landfall.snapshot.format.ova;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.CorruptImageException.Reason;
import io.landfall.snapshot.format.file.ImageFile;
import io.landfall.snapshot.format.file.Labels;
import io.landfall.snapshot.format.vmdk.VmdkImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// An OVA that is read where it lies.
///
/// Any thread.
public final class OvaArchive implements AutoCloseable {
  private static final int MAX_MANIFEST_BYTES = 1 << 20;
  private static final int STEP_BYTES = 1 << 20;
  private static final Pattern DIGEST =
      Pattern.compile("(SHA1|SHA256|SHA512)\\s*\\((.+)\\)\\s*=\\s*([0-9a-fA-F]+)\\s*");

  private final ImageFile file;
  private final Map<String, TarIndex.Member> members;
  private final OvfDescription description;

  private OvaArchive(
      ImageFile file, Map<String, TarIndex.Member> members, OvfDescription description) {
    this.file = file;
    this.members = members;
    this.description = description;
  }

  /// Opens an archive and reads its description.
  ///
  /// @throws io.landfall.snapshot.device.CorruptImageException if it is no OVA, or one with more in
  ///   it than regular files
  public static OvaArchive open(Path path) throws IOException {
    ImageFile file = ImageFile.open(path);
    try {
      Map<String, TarIndex.Member> members = TarIndex.read(file);
      return new OvaArchive(file, members, describe(file, members));
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static OvfDescription describe(ImageFile file, Map<String, TarIndex.Member> members)
      throws IOException {
    List<TarIndex.Member> descriptions =
        members.values().stream().filter(member -> hasSuffix(member, ".ovf")).toList();
    if (descriptions.size() != 1) {
      throw file.refuse(
          Reason.INCONSISTENT,
          "has %d OVF descriptions, an OVA has one".formatted(descriptions.size()));
    }
    OvfDescription description =
        OvfDescription.parse(file, bytes(file, descriptions.getFirst(), OvfDescription.MAX_BYTES));
    for (OvfDescription.DiskFile disk : description.disks()) {
      TarIndex.Member member = members.get(disk.href());
      if (member == null || (disk.length() >= 0 && disk.length() != member.length())) {
        throw file.refuse(
            member == null ? Reason.NAMES_A_FILE : Reason.INCONSISTENT,
            "has a disk \"%s\" of %d bytes, %s"
                .formatted(
                    Labels.printable(disk.href()),
                    disk.length(),
                    member == null
                        ? "which is no member of it"
                        : "but the member has " + member.length()));
      }
    }
    return description;
  }

  private static boolean hasSuffix(TarIndex.Member member, String suffix) {
    return member.name().toLowerCase(Locale.ROOT).endsWith(suffix);
  }

  private static byte[] bytes(ImageFile file, TarIndex.Member member, int maxBytes)
      throws IOException {
    if (member.length() > maxBytes) {
      throw file.refuse(
          Reason.OVER_LIMIT,
          "\"%s\" has %d bytes, at most %d"
              .formatted(Labels.printable(member.name()), member.length(), maxBytes));
    }
    ByteBuffer read = file.read(member.offset(), (int) member.length(), member.name());
    byte[] bytes = new byte[read.remaining()];
    read.get(bytes);
    return bytes;
  }

  /// The names of its disks, in the order of the description.
  public List<String> disks() {
    return description.disks().stream().map(OvfDescription.DiskFile::href).toList();
  }

  /// Opens one of its disks, which is closed by itself.
  public BlockDevice openDisk(String name) throws IOException {
    if (!disks().contains(name)) {
      throw new IllegalArgumentException(file.name() + " has no disk " + name);
    }
    TarIndex.Member member = members.get(name);
    VmdkImage disk = VmdkImage.openSingleFile(file.member(name, member.offset(), member.length()));
    if (disk.hasParent()) {
      disk.close();
      throw file.refuse(
          Reason.NAMES_A_FILE, "the disk \"" + Labels.printable(name) + "\" is a delta");
    }
    return disk;
  }

  /// Computes the digests of all members that the manifest lists.
  ///
  /// @return how many agree; 0 if the archive has no manifest
  /// @throws io.landfall.snapshot.device.CorruptImageException if one does not agree
  public int verifyDigests() throws IOException {
    int agreed = 0;
    for (TarIndex.Member manifest : members.values()) {
      if (hasSuffix(manifest, ".mf")) {
        String text = new String(bytes(file, manifest, MAX_MANIFEST_BYTES), StandardCharsets.UTF_8);
        for (String line : text.lines().filter(each -> !each.isBlank()).toList()) {
          verifyDigest(line);
          agreed++;
        }
      }
    }
    return agreed;
  }

  private void verifyDigest(String line) throws IOException {
    Matcher digest = DIGEST.matcher(line);
    TarIndex.Member member = digest.matches() ? members.get(digest.group(2)) : null;
    if (member == null) {
      throw file.refuse(
          Reason.INCONSISTENT, "manifest line not understood: " + Labels.printable(line));
    }
    String found = HexFormat.of().formatHex(digest(digest.group(1).replace("SHA", "SHA-"), member));
    if (!found.equalsIgnoreCase(digest.group(3))) {
      throw file.refuse(
          Reason.BAD_DATA,
          "\"%s\" has the digest %s, the manifest says %s"
              .formatted(Labels.printable(member.name()), found, digest.group(3)));
    }
  }

  private byte[] digest(String algorithm, TarIndex.Member member) throws IOException {
    MessageDigest digest = messageDigest(algorithm);
    ByteBuffer step = ByteBuffer.allocateDirect(STEP_BYTES);
    for (long at = 0; at < member.length(); at += step.capacity()) {
      step.clear().limit((int) Math.min(step.capacity(), member.length() - at));
      file.readPadded(member.offset() + at, step);
      digest.update(step.flip());
    }
    return digest.digest();
  }

  static MessageDigest messageDigest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // all three are in every JDK
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
