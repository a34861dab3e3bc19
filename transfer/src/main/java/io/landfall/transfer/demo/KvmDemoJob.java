package io.landfall.transfer.demo;

import io.landfall.snapshot.device.BlockDevice;
import io.landfall.snapshot.device.RawFile;
import io.landfall.transfer.control.JobEvent;
import io.landfall.transfer.guest.WorkPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A job with `vm_type = kvm`: a raw disk that is transferred, and what else its machine has.
final class KvmDemoJob implements DemoJob {
  private final DemoOptions options;
  private final Path directory;
  private final Path image;

  KvmDemoJob(DemoOptions options) {
    this.options = options;
    this.directory = options.directory();
    this.image = directory.resolve("images").resolve("demo.img");
  }

  @Override
  public Path make() throws IOException {
    Files.createDirectories(image.getParent());
    DemoImage.write(
        image,
        options.imageBytes(),
        options.dataBytes(),
        options.seed(),
        new WorkPlan(options.steps(), options.perStep()));
    for (DemoExtra extra : options.extras()) {
      extra.write(image.getParent());
    }
    String disks =
        """
        # bare name of a transferred file : device : permission : format
        vm_disk                 = demo.img:vda:w:raw%s
        transfer_input_files    = images/demo.img%s
        """
            .formatted(
                each(extra -> extra.disk().orElse("")),
                each(extra -> extra.file().map(name -> ", images/" + name).orElse("")));
    return Files.writeString(
        directory.resolve("demo.sub"),
        DemoJob.head(options, "kvm") + disks + DemoJob.tail(options));
  }

  private String each(Function<DemoExtra, String> text) {
    return options.extras().stream().sorted().map(text).collect(Collectors.joining());
  }

  @Override
  public Map<String, String> hostSettings() {
    return Map.of("LANDFALL_HYPERVISOR", options.hypervisor());
  }

  @Override
  public Path image() {
    return image;
  }

  @Override
  public BlockDevice original() throws IOException {
    return RawFile.open(image);
  }

  @Override
  public Path result() {
    return directory.resolve("demo.img");
  }

  @Override
  public BlockDevice returned() throws IOException {
    return RawFile.open(result());
  }

  /// What the guest cannot write does not come back.
  @Override
  public List<String> faults(List<JobEvent> events) {
    List<String> faults = new ArrayList<>();
    for (DemoExtra extra : options.extras()) {
      extra
          .file()
          .filter(name -> Files.exists(directory.resolve(name)))
          .ifPresent(name -> faults.add(name + " came back, and the guest could only read it"));
    }
    return faults;
  }
}
