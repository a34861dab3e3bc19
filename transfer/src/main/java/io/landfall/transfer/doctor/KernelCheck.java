package io.landfall.transfer.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// What the kernel lets a process of this user do.
final class KernelCheck implements Check {
  private static final Path KVM = Path.of("/dev/kvm");
  private static final int BYTES = 4096;

  @Override
  public String group() {
    return "kernel";
  }

  @Override
  public void run(Consumer<Finding> findings) throws IOException {
    findings.accept(
        Finding.good(
            "kernel",
            "Linux " + System.getProperty("os.version") + " " + System.getProperty("os.arch")));
    findings.accept(kvm());
    findings.accept(sending());
    findings.accept(namespaces());
  }

  private static Finding kvm() {
    if (!Files.exists(KVM)) {
      return Finding.costs(
          KVM.toString(),
          "is not there",
          "guests run in software, ten times slower and more",
          "switch virtualisation on in the firmware, or let this host's own hypervisor pass it on");
    }
    return Files.isReadable(KVM) && Files.isWritable(KVM)
        ? Finding.good(KVM.toString(), "may be used; whether a guest runs is said below")
        : Finding.costs(
            KVM.toString(),
            "is not for " + System.getProperty("user.name"),
            "guests of this user run in software",
            "usermod -aG kvm " + System.getProperty("user.name"));
  }

  private static Finding sending() throws IOException {
    Path file = Files.createTempFile("landfall-doctor-", null);
    try {
      Files.write(file, new byte[BYTES]);
      return Linux.sends(file)
          ? Finding.good("sendfile, memfd", "both work")
          : Finding.costs(
              "sendfile, memfd",
              "one of them is refused",
              "every byte of an unencrypted transfer passes through this process",
              "allow both in the seccomp profile of the container or the unit");
    } finally {
      Files.delete(file);
    }
  }

  /// By making one: three settings and two security modules may forbid it.
  private static Finding namespaces() throws IOException {
    boolean can = Commands.succeeds("unshare", "--user", "--map-root-user", "true");
    return Finding.good(
        "user namespaces",
        can
            ? "may be made"
            : "may not be made; nothing of Landfall needs them, HTCondor's containers do");
  }
}
