package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.snapshot.device.Range;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final ContentKey KEY = new ContentKey(1 << 30, "disk", "", "stamp 1");

  @TempDir Path directory;

  private Path path() {
    return directory.resolve("journal");
  }

  private void write(List<List<Range>> steps) throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.begin(KEY);
      for (List<Range> step : steps) {
        journal.durable(step);
      }
    }
  }

  private List<Range> read(ContentKey key) throws IOException {
    try (Journal journal = Journal.open(path())) {
      return journal.durable(key).ranges();
    }
  }

  @Test
  void whatWasNotedIsThereAndWhatWasTakenBackIsNot() throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.begin(KEY);
      journal.durable(List.of(new Range(0, 100), new Range(200, 100)));
      journal.durable(List.of(new Range(100, 50)));
      journal.revoked(List.of(new Range(20, 10)));
    }
    assertThat(read(KEY))
        .containsExactly(Range.between(0, 20), Range.between(30, 150), Range.between(200, 300));
  }

  @Test
  void journalCutAnywhereSaysLessAndNeverMore() throws IOException {
    write(List.of(List.of(new Range(0, 100)), List.of(new Range(100, 100), new Range(300, 1))));
    byte[] whole = Files.readAllBytes(path());
    long last = -1;
    for (int length = 0; length <= whole.length; length++) {
      Files.write(path(), Arrays.copyOf(whole, length));
      long bytes = read(KEY).stream().mapToLong(Range::length).sum();
      assertThat(bytes).isIn(0L, 100L, 201L).isGreaterThanOrEqualTo(last);
      last = bytes;
    }
    assertThat(last).isEqualTo(201);
  }

  @Test
  void damagedRecordEndsIt() throws IOException {
    write(List.of(List.of(new Range(0, 100)), List.of(new Range(100, 100))));
    byte[] bytes = Files.readAllBytes(path());
    bytes[bytes.length - 10] ^= 1;
    Files.write(path(), bytes);
    assertThat(read(KEY)).containsExactly(new Range(0, 100));
    try (Journal journal = Journal.open(path())) {
      journal.durable(KEY);
      journal.durable(List.of(new Range(500, 1))); // behind the cut, not behind the damage
    }
    assertThat(read(KEY)).containsExactly(new Range(0, 100), new Range(500, 1));
  }

  @Test
  void journalOfOtherContentCountsForNothing() throws IOException {
    for (ContentKey other :
        List.of(
            new ContentKey(1 << 20, "disk", "", "stamp 1"),
            new ContentKey(1 << 30, "other", "", "stamp 1"),
            new ContentKey(1 << 30, "disk", "", "stamp 2"),
            new ContentKey(1 << 30, "disk", "", ""))) {
      write(List.of(List.of(new Range(0, 100))));
      assertThat(read(other)).as(other.toString()).isEmpty();
    }
  }

  @Test
  void sameImageIdIsTheSameContentWhateverItIsCalled() {
    String begun = new ContentKey(5, "a", "id1", "s").text();
    assertThat(new ContentKey(5, "b", "id1", "t").mayContinue(begun)).isTrue();
    assertThat(new ContentKey(5, "a", "id2", "s").mayContinue(begun)).isFalse();
    assertThat(new ContentKey(5, "a", "", "s").mayContinue(begun)).isTrue();
  }

  @Test
  void secondHolderIsRefused() throws IOException {
    try (Journal journal = Journal.open(path())) {
      journal.begin(KEY);
      assertThatThrownBy(() -> Journal.open(path())).isInstanceOf(LandingException.class);
    }
    assertThat(read(KEY)).isEmpty();
  }
}
