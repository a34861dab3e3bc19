package io.landfall.transfer.net;

import io.landfall.transfer.testing.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Certificates for `localhost`, laid out as QEMU wants them, made by openssl and by nothing of
/// ours.
final class Certificates {
  private Certificates() {}

  static void make(Path directory) throws Exception {
    Files.createDirectories(directory);
    request(directory, "ca", "-x509", "-addext", "basicConstraints=critical,CA:TRUE");
    for (String side : List.of("server", "client")) {
      request(directory, side);
      Path extensions =
          Files.writeString(
              directory.resolve(side + ".ext"),
              "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=" + side + "Auth\n");
      Tools.run(
          "openssl",
          "x509",
          "-req",
          "-days",
          "2",
          "-CAcreateserial",
          "-in",
          file(directory, side + "-cert.pem"),
          "-CA",
          file(directory, "ca-cert.pem"),
          "-CAkey",
          file(directory, "ca-key.pem"),
          "-extfile",
          extensions.toString(),
          "-out",
          file(directory, side + "-cert.pem"));
    }
  }

  private static void request(Path directory, String name, String... more) throws Exception {
    List<String> command =
        new java.util.ArrayList<>(
            List.of(
                "openssl",
                "req",
                "-new",
                "-nodes",
                "-newkey",
                "rsa:2048",
                "-subj",
                "/CN=" + name,
                "-keyout",
                file(directory, name + "-key.pem"),
                "-out",
                file(directory, name + "-cert.pem")));
    command.addAll(List.of(more));
    Tools.run(command.toArray(String[]::new));
  }

  private static String file(Path directory, String name) {
    return directory.resolve(name).toString();
  }
}
