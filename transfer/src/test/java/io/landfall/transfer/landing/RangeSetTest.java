package io.landfall.transfer.landing;

import static org.assertj.core.api.Assertions.assertThat;

import io.landfall.snapshot.device.Range;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RangeSetTest {
  private static final int SPACE = 300;

  @Test
  void agreesWithASetOfBits() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RangeSet set = new RangeSet();
      BitSet model = new BitSet();
      for (int step = 0; step < 60; step++) {
        int from = random.nextInt(SPACE);
        int to = from + random.nextInt(SPACE - from);
        if (random.nextInt(3) > 0) {
          set.add(Range.between(from, to));
          model.set(from, to);
        } else {
          set.remove(Range.between(from, to));
          model.clear(from, to);
        }
        assertSame(set, model, "seed " + seed + " step " + step);
        assertThat(set.overlap(from, to)).isEqualTo(model.get(from, to).cardinality());
      }
      assertCombinations(set, model, random);
    }
  }

  private static void assertCombinations(RangeSet set, BitSet model, SplittableRandom random) {
    RangeSet other = new RangeSet();
    BitSet otherModel = new BitSet();
    for (int i = 0; i < 5; i++) {
      int from = random.nextInt(SPACE);
      other.add(new Range(from, 20));
      otherModel.set(from, from + 20);
    }
    BitSet minus = (BitSet) model.clone();
    minus.andNot(otherModel);
    assertSame(set.minus(other), minus, "minus");
    BitSet both = (BitSet) model.clone();
    both.and(otherModel);
    assertSame(set.intersect(other), both, "intersect");
    long taken = 0;
    for (Range range = set.takeFirst(7); range != null; range = set.takeFirst(7)) {
      assertThat(range.length()).isBetween(1L, 7L);
      taken += range.length();
    }
    assertThat(taken).isEqualTo(model.cardinality());
    assertThat(set.isEmpty()).isTrue();
  }

  private static void assertSame(RangeSet set, BitSet model, String when) {
    BitSet bits = new BitSet();
    List<Range> ranges = set.ranges();
    ranges.forEach(range -> bits.set((int) range.offset(), (int) range.end()));
    assertThat(bits).as(when).isEqualTo(model);
    assertThat(set.bytes()).as(when).isEqualTo(model.cardinality());
    for (int i = 1; i < ranges.size(); i++) {
      assertThat(ranges.get(i).offset()).as(when).isGreaterThan(ranges.get(i - 1).end());
    }
  }

  @Test
  void frontSpansRunsAndCutsTheLast() {
    RangeSet set = RangeSet.of(List.of(new Range(0, 10), new Range(20, 10), new Range(40, 10)));
    assertThat(set.takeFront(15).ranges()).containsExactly(new Range(0, 10), new Range(20, 5));
    assertThat(set.ranges()).containsExactly(new Range(25, 5), new Range(40, 10));
    assertThat(set.takeFront(100).bytes()).isEqualTo(15);
    assertThat(set.isEmpty()).isTrue();
  }
}
