package io.landfall.perf.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.perf.rig.Rig;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProcessTest {
  @TempDir private Path directory;

  @Test
  void anOrderThatFailsIsToldAndTheNextIsCarriedOut() throws IOException {
    try (Rig rig = Rig.open();
        WorkerProcess worker = WorkerProcess.start(rig)) {
      String missing = directory.resolve("missing").toString();
      assertThatThrownBy(() -> worker.tell(new Order.Read(missing, 1, 1, 1)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Read: ")
          .hasMessageContaining("missing");
      assertThat(worker.tell(new Order.Know(java.util.List.of()))).isEmpty();
    }
  }
}
