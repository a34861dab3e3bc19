package io.landfall.transfer.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `landfall image`: disk images, whatever format they came in.
@Command(
    name = "image",
    mixinStandardHelpOptions = true,
    description = {
      "Looks into, converts, compares and serves disk images: raw, qcow2, VMDK, OVA. What an image"
          + " names (a backing file, an extent elsewhere) is never opened: say it with --base.",
      "An image is named by its file; FORMAT:FILE says its format instead of having it found out."
    },
    subcommands = {
      ImageInfoCommand.class,
      ImageMapCommand.class,
      ImageCheckCommand.class,
      ImageConvertCommand.class,
      ImageDiffCommand.class,
      ImageServeCommand.class
    })
final class ImageCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "say what to do: info, map, check, convert, diff or serve");
  }
}
