package io.landfall.transfer.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControlJsonTest {

  @Test
  void requestsComeBackAsWhatTheyWere() throws IOException {
    Request<?> prepare =
        new Request.Prepare(
            "ann/1.0@submit",
            new Request.VmShape(
                128,
                1,
                Optional.empty(),
                Optional.of("nat"),
                false,
                Optional.empty(),
                Optional.of(
                    new Request.XenShape(
                        Optional.of("kernel"), Optional.empty(), Optional.of("sda1"), "ro"))),
            List.of(
                new Request.DiskOrder(
                    "vda",
                    "job/1/vda",
                    true,
                    false,
                    Optional.of("p"),
                    Optional.of(new Request.InPlace("/d.vmdk", "e", "example.org")))),
            Optional.of("files"),
            Optional.of(new Request.RestoreOrder("m", "d", "{}", Optional.of("f"))),
            Optional.of(Request.Prepare.LAZY));

    String json = ControlJson.write(prepare);

    assertThat(json).contains("\"do\":\"Prepare\"");
    assertThat(ControlJson.read(json, Request.class)).isEqualTo(prepare);
  }

  @Test
  void noticesCarryTheirEvent() throws IOException {
    Notice notice =
        new Notice.Happened(
            "ann/1.0@submit",
            new JobEvent.Checkpointed(
                Instant.parse("2026-11-24T12:00:00.123Z"),
                "01K",
                80,
                new JobEvent.StoredFigures(4, 3, 2, 1),
                true));

    assertThat(ControlJson.read(ControlJson.write(notice), Notice.class)).isEqualTo(notice);
  }

  @Test
  void membersOfANewerVersionAreIgnored() throws IOException {
    assertThat(ControlJson.read("{\"tookMillis\":7,\"new\":[1]}", Reply.Started.class))
        .isEqualTo(new Reply.Started(7));
  }

  @Test
  void anUnknownRequestIsRefusedByName() {
    assertThatThrownBy(() -> ControlJson.read("{\"do\":\"Dance\"}", Request.class))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Dance");
  }
}
