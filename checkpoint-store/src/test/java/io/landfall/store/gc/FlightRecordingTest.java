package io.landfall.store.gc;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.testing.Contents;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the store tells a flight recording.
class FlightRecordingTest {
  @TempDir private Path dir;

  @Test
  void commitsAndCollectionsAreRecordedWithTheirFigures() throws Exception {
    Path file = dir.resolve("store.jfr");
    Path directory = dir.resolve("landfall");
    GcResult collected;
    try (Recording recording = new Recording()) {
      recording.start();
      try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
        CheckpointRecord record = Contents.commit(store, Optional.empty(), Contents.device(1, 10));
        Contents.commit(store, Optional.empty(), Contents.device(2, 10));
        store.delete(record.id());
      }
      try (CheckpointStore store = CheckpointStore.open(directory, Contents.settings())) {
        collected = GarbageCollector.run(store, plan -> {}, () -> false);
      }
      recording.dump(file);
    }
    List<RecordedEvent> events = RecordingFile.readAllEvents(file);

    List<RecordedEvent> commits = named(events, "landfall.CheckpointCommit");
    assertThat(commits).hasSize(2);
    assertThat(commits.getFirst().getLong("storedBytes")).isPositive();
    assertThat(commits.getFirst().getString("job")).isNotEmpty();
    assertThat(named(events, "landfall.StoreCollection"))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.getLong("freedBytes")).isEqualTo(collected.freedBytes());
          assertThat(event.getInt("removedPacks")).isEqualTo(collected.removedPacks());
        });
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals(name)).toList();
  }
}
