package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.MemoryDevice;
import io.landfall.transfer.session.Export;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ExportTableTest {
  private final ExportTable table = new ExportTable();

  @Test
  void whatIsTakenAwayCannotBePulledAndOtherJobsStay() throws IOException {
    offer(Names.inputDisk("ann/1.0@submit", "vda"));
    offer(Names.inputDisk("ann/1.0@submit", "vdb"));
    offer(Names.inputDisk("ann/1.01@submit", "vda"));

    table.withdraw(Names.inputDisk("ann/1.0@submit", ""));

    assertThat(table.find(Names.inputDisk("ann/1.0@submit", "vda"))).isEmpty();
    assertThat(table.find(Names.inputDisk("ann/1.0@submit", "vdb"))).isEmpty();
    assertThat(table.find(Names.inputDisk("ann/1.01@submit", "vda"))).isPresent();
  }

  @Test
  void nothingIsOnOfferThatWasNotOffered() throws IOException {
    assertThat(table.find("input/ann/1.0@submit/../../etc/passwd")).isEmpty();
  }

  private void offer(String name) {
    table.offer(name, () -> Export.of(new MemoryDevice(4096)));
  }
}
