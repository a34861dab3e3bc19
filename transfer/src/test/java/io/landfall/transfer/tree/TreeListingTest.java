package io.landfall.transfer.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.protocol.error.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What a hostile source may write into a listing, and what it is told.
class TreeListingTest {
  private static TreeEntry small(String path, int size, long at) {
    return new TreeEntry(
        path, TreeEntry.Kind.FILE, 0644, 0, size, Optional.empty(), at, Optional.empty());
  }

  private static void refused(String sentence, TreeEntry... entries) {
    byte[] bytes = new TreeListing(List.of(entries)).toBytes();
    assertThatThrownBy(() -> TreeListing.parse(bytes))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void soundListingComesBackAsItWas() throws Exception {
    TreeListing listing =
        new TreeListing(
            List.of(
                TreeEntry.directory("a", 0755, 5),
                small("a/b", 3, 0),
                small("c", 4, 3),
                TreeEntry.link("a/d", TreeEntry.Kind.SYMLINK, "../c"),
                TreeEntry.link("e", TreeEntry.Kind.HARDLINK, "a/b")));
    assertThat(TreeListing.parse(listing.toBytes())).isEqualTo(listing);
  }

  @Test
  void nameThatLeavesTheTreeIsRefused() {
    for (String name :
        List.of(
            "../x",
            "/etc/passwd",
            "a/../../x",
            "..",
            ".",
            "",
            "a//b",
            "a/",
            "x\0y",
            "n".repeat(256))) {
      refused("is not a plain name inside the tree", small(name, 1, 0));
    }
    refused("components", small("d/".repeat(70) + "x", 1, 0));
  }

  @Test
  void nameInNoDirectoryOrThroughALinkIsRefused() {
    refused("is in no directory of the tree", small("a/b", 1, 0));
    refused(
        "is in no directory of the tree",
        TreeEntry.link("a", TreeEntry.Kind.SYMLINK, "b"),
        small("a/b", 1, 0));
    refused("comes twice", small("a", 1, 0), TreeEntry.link("a", TreeEntry.Kind.SYMLINK, "b"));
  }

  @Test
  void linkThatLeavesTheTreeIsRefused() {
    for (String target : List.of("/etc/shadow", "..", "a/../..", "", "x/../../y")) {
      refused("leads out of the tree", TreeEntry.link("l", TreeEntry.Kind.SYMLINK, target));
    }
    refused("is of no file before it", TreeEntry.link("l", TreeEntry.Kind.HARDLINK, "/etc/shadow"));
    refused(
        "is of no file before it",
        TreeEntry.directory("d", 0755, 0),
        TreeEntry.link("l", TreeEntry.Kind.HARDLINK, "d"));
  }

  @Test
  void sizesModesAndPlacesAreChecked() {
    refused("size -1", small("a", -1, 0));
    refused("neither small nor large", small("a", 9 << 20, 0));
    refused("not where the pack goes on", small("a", 1, 0), small("b", 1, 2));
    refused("has mode 4755", TreeEntry.directory("a", 04755, 0));
  }

  @Test
  void fuzzedListingIsReadOrRefusedAndNothingElse() {
    byte[] good =
        new TreeListing(
                List.of(
                    TreeEntry.directory("a", 0755, 5),
                    small("a/b", 3, 0),
                    TreeEntry.link("a/d", TreeEntry.Kind.SYMLINK, "../c")))
            .toBytes();
    int refused = 0;
    for (int seed = 0; seed < 3000; seed++) {
      Random random = new Random(seed);
      byte[] bytes = Arrays.copyOf(good, good.length - (random.nextBoolean() ? 0 : 3));
      for (int i = 0; i < 3; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(128);
      }
      try {
        for (TreeEntry entry : TreeListing.parse(bytes).entries()) {
          assertThat(entry.path()).as("seed " + seed).doesNotContain("..").doesNotStartWith("/");
        }
      } catch (ProtocolException e) {
        refused++;
      }
    }
    assertThat(refused).isPositive();
    assertThatThrownBy(() -> TreeListing.parse("[]".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(ProtocolException.class);
  }
}
