package io.landfall.transfer.condor.gahp;

import io.landfall.snapshot.format.ImageFormat;
import java.nio.file.Path;

/// One entry of a job's `VMPARAM_vm_Disk`, found on this host.
///
/// @param file the image: in the scratch directory if it was transferred
/// @param device the guest's name for it
/// @param writable whether the guest may write it
/// @param cdrom whether the guest sees a CD drive
/// @param format the image's format; raw if the entry names none
record GahpDisk(Path file, String device, boolean writable, boolean cdrom, ImageFormat format) {}
