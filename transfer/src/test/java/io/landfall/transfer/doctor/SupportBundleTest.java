package io.landfall.transfer.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class SupportBundleTest {
  private static final String PLANTED = "hunter2";

  @TempDir private Path dir;

  @Test
  void noPlantedSecretIsInItAndEverythingElseIs() throws Exception {
    Path config =
        Files.writeString(
            dir.resolve("landfall.conf"),
            """
            VM_MEMORY = 512
            S3_SECRET_ACCESS_KEY = hunter2
            SMTP_PASSWORD = correct horse hunter2 \\
                staple hunter2
            # OLD_TOKEN = hunter2
            MIRROR = https://ann:hunter2@mirror.example.org/images
            """);
    Path log =
        Files.writeString(
            dir.resolve("agent.log"),
            """
            12:00:01 pulled landfall://host/a.img
            12:00:02 Authorization: Bearer hunter2.hunter2
            12:00:03 {"job":"ann/1.0","api_key":"hunter2","bytes":7}
            12:00:04 login with password=hunter2 failed
            -----BEGIN EC PRIVATE KEY-----
            aHVudGVyMg==hunter2
            -----END EC PRIVATE KEY-----
            12:00:05 done
            """);
    ConfigurationSources sources =
        new ConfigurationSources(
            Map.of("EXECUTE", dir.toString(), "SPOOL", dir.toString()),
            Optional.of(config),
            Map.of("_LANDFALL_CLOUD_TOKEN", PLANTED),
            Map.of(),
            FileLookup.system());
    Path target = dir.resolve("bundle.tar.gz");
    new Evidence(sources)
        .versions("landfall test")
        .configuration()
        .noAgent("connection refused")
        .logs(List.of(log))
        .directories()
        .bundle()
        .write(target, "root");

    Map<String, String> texts = unpack(target);
    assertThat(texts.values()).noneMatch(text -> text.contains(PLANTED));
    assertThat(texts.get("root/configuration.txt"))
        .contains("VM_MEMORY = 512", "landfall.conf:1", "LANDFALL_PORT = 9717");
    assertThat(texts.get("root/configuration-file.txt"))
        .contains("S3_SECRET_ACCESS_KEY = (removed)", "mirror.example.org/images");
    assertThat(texts.get("root/log-0.txt"))
        .contains(
            "pulled landfall://host/a.img", "\"job\":\"ann/1.0\"", "\"bytes\":7", "12:00:05 done");
    assertThat(texts.get("root/contents.txt")).contains("versions.txt", "agent.txt", "spool.txt");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
        .isEqualTo("rw-------");
  }

  @Test
  @Timeout(60)
  void aKeyThatTheBoundWouldCutInTwoIsRemovedWhole() throws IOException {
    SupportBundle bundle = new SupportBundle();
    bundle.add(
        "log",
        "",
        "-----BEGIN PRIVATE KEY-----\n"
            + PLANTED.repeat(SupportBundle.MAX_ENTRY / 4)
            + "\n-----END PRIVATE KEY-----\nthe end");
    bundle.add("cut", "", "x".repeat(SupportBundle.MAX_ENTRY) + "the end");

    assertThat(bundle.entries().getFirst().text()).isEqualTo("(removed)\nthe end");
    assertThat(bundle.entries().getLast().text())
        .hasSize(SupportBundle.MAX_ENTRY + "(cut)\n".length())
        .endsWith("the end");
  }

  private static Map<String, String> unpack(Path file) throws IOException {
    Map<String, String> texts = new LinkedHashMap<>();
    try (InputStream in = Files.newInputStream(file);
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        texts.put(entry.getName(), new String(tar.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return texts;
  }
}
