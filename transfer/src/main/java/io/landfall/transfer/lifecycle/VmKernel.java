package io.landfall.transfer.lifecycle;

import java.nio.file.Path;
import java.util.Optional;

/// A kernel that the hypervisor loads itself, instead of booting from a disk.
///
/// @param kernel the kernel's file
/// @param initrd the initial RAM disk's file
/// @param commandLine the kernel's parameters
public record VmKernel(Path kernel, Optional<Path> initrd, String commandLine) {}
