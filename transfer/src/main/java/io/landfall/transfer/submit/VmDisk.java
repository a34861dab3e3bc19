package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileNames;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/// One entry of `vm_disk`.
///
/// @param file as written: the bare name of a transferred file, or the full path of one on a shared
///   file system
/// @param device what the guest calls it: `vda`, `sda1`, …; lower case, unique in the job
/// @param permission whether the guest may write
/// @param format the image format, lower case, if the file says it
/// @param source the file on the submit host that is transferred; empty for a disk that execute
///   hosts reach by themselves
public record VmDisk(
    String file,
    String device,
    Permission permission,
    Optional<String> format,
    Optional<Path> source) {

  /// Whether the guest may write to it; a CD-ROM cannot be written, whatever the permission.
  public boolean writable() {
    return permission.writable() && !cdrom();
  }

  /// Whether execute hosts get the file from the submit host or from a URL, rather than reaching it
  /// by its full path.
  public boolean transferred() {
    return !file.startsWith("/");
  }

  /// The file's name without a path.
  public String baseName() {
    return FileNames.base(file);
  }

  /// Whether the guest sees a CD-ROM: HTCondor takes `.iso` in the name for one. Only the base name
  /// counts here, since a directory called `my.isos` makes no CD.
  public boolean cdrom() {
    return baseName().toLowerCase(Locale.ROOT).contains(".iso");
  }

  /// As an entry of `vm_disk`.
  @Override
  public String toString() {
    return file + ":" + device + ":" + permission.word() + format.map(f -> ":" + f).orElse("");
  }
}
