package io.landfall.transfer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.Lifecycle.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmJournalTest {
  @TempDir Path dir;

  @Test
  void everyTransitionIsOnDiskBeforeItIsActedOn() throws IOException {
    VmJournal journal = begin();
    assertThat(onDisk().state()).isEqualTo(VmState.PREPARED);
    journal.on(Event.LOADED);
    assertThat(onDisk().state()).isEqualTo(VmState.STARTED);
    journal.on(Event.RESUMED);
    assertThat(onDisk().state()).isEqualTo(VmState.RUNNING);
    journal.end(EndReason.COMPLETED);
    assertThat(onDisk().state()).isEqualTo(VmState.ENDED);
    assertThat(onDisk().end()).hasValue(EndReason.COMPLETED);
  }

  @Test
  void aTransitionThatCannotBeWrittenDoesNotHappen() throws IOException {
    VmJournal journal = begin();
    // In the way of the temporary file, and not to be swept away.
    Files.createDirectories(dir.resolve("state.json.new").resolve("full"));
    assertThatThrownBy(() -> journal.on(Event.LOADED)).isInstanceOf(IOException.class);
    assertThat(journal.state()).isEqualTo(VmState.PREPARED);
    assertThat(onDisk().state()).isEqualTo(VmState.PREPARED);
  }

  @Test
  void anotherProcessReadsAllThatIsNeededToFindTheHypervisor() throws IOException {
    VmJournal journal = begin();
    journal.runBy(Path.of("/run/lf-1"), 4711, 1_700_000_000_123L);
    journal.on(Event.LOADED);
    VmRecord record = onDisk();
    assertThat(record)
        .isEqualTo(
            new VmRecord(
                1,
                "qemu",
                "job 1.0",
                VmState.STARTED,
                Optional.empty(),
                Optional.of("/run/lf-1"),
                4711,
                1_700_000_000_123L,
                record.at()));
    VmJournal successor = VmJournal.continuing(dir, record);
    successor.end(EndReason.LOST);
    assertThat(onDisk().end()).hasValue(EndReason.LOST);
  }

  @Test
  void theFirstEndStays() throws IOException {
    VmJournal journal = begin();
    journal.end(EndReason.LOST);
    journal.end(EndReason.KILLED);
    assertThat(onDisk().end()).hasValue(EndReason.LOST);
    assertThat(journal.tryOn(Event.RESUMED)).isFalse();
  }

  @Test
  void aRecordThatIsNoneIsRefusedByName() throws IOException {
    assertThat(VmRecord.read(dir)).isEmpty();
    for (String text :
        List.of("{", "{\"version\":2}", "{\"version\":1}", "[]", "{\"pid\":\"x\"}")) {
      Files.writeString(dir.resolve("state.json"), text);
      assertThatThrownBy(() -> VmRecord.read(dir))
          .as(text)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("state.json: ");
    }
    Files.write(dir.resolve("state.json"), new byte[70_000]);
    assertThatThrownBy(() -> VmRecord.read(dir)).hasMessageContaining("expected at most 65536");
  }

  private VmJournal begin() throws IOException {
    return VmJournal.begin(VmSpec.of("job 1.0", dir, 32, 1, List.of()), "qemu");
  }

  private VmRecord onDisk() throws IOException {
    return VmRecord.read(dir).orElseThrow();
  }
}
