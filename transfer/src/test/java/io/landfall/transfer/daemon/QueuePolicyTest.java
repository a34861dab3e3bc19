package io.landfall.transfer.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.ConfigurationSources;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QueuePolicyTest {
  private static final String AD =
      """
      Owner = "ann"
      AccountingGroup = "physics.ann"
      JobPrio = 3
      """;

  @TempDir Path directory;

  private QueuePolicy read(String... lines) throws Exception {
    Path file = Files.write(directory.resolve("landfall.conf"), List.of(lines));
    return QueuePolicy.read(
        Configuration.load(
            new ConfigurationSources(
                Map.of(), Optional.of(file), Map.of(), Map.of(), FileLookup.system())));
  }

  private static String user(QueuePolicy policy) throws Exception {
    return policy.userOf(ClassAd.parse(AD), "ann", 0);
  }

  @Test
  void jobWaitsAsWhomTheExpressionSays() throws Exception {
    assertThat(user(read())).isEqualTo("ann");
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = strcat(\"Owner_\",Owner)")))
        .isEqualTo("Owner_ann");
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = AccountingGroup ?: Owner")))
        .isEqualTo("physics.ann");
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = \"all\""))).isEqualTo("all");
  }

  @Test
  void whatIsNoTextLeavesTheOwner() throws Exception {
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = JobPrio"))).isEqualTo("ann");
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = NoSuchAttribute"))).isEqualTo("ann");
    assertThat(user(read("TRANSFER_QUEUE_USER_EXPR = \"\""))).isEqualTo("ann");
  }

  @Test
  void whatCannotBeReadIsRefusedWithItsLine() {
    assertThatThrownBy(() -> read("# a comment", "TRANSFER_QUEUE_USER_EXPR = strcat(Owner"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("landfall.conf:2")
        .hasMessageContaining("TRANSFER_QUEUE_USER_EXPR must be a ClassAd expression");
    assertThatThrownBy(() -> read("", "", "FILE_TRANSFER_DISK_LOAD_THROTTLE = much"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("landfall.conf:3")
        .hasMessageContaining("a range such as 5 to 6.5, or 0, not much");
  }
}
