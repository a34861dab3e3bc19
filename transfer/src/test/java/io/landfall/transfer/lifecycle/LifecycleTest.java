package io.landfall.transfer.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.landfall.transfer.lifecycle.Lifecycle.Event;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LifecycleTest {

  /// Every pair of state and event: its successor, or nothing.
  private static final Map<String, VmState> TABLE = table();

  private static Map<String, VmState> table() {
    Map<String, VmState> t = new HashMap<>();
    t.put("PREPARED LOADED", VmState.STARTED);
    t.put("PREPARED ENDED", VmState.ENDED);
    t.put("STARTED RESUMED", VmState.RUNNING);
    t.put("STARTED SAVE_BEGAN", VmState.SAVING);
    t.put("STARTED ENDED", VmState.ENDED);
    t.put("RUNNING PAUSED", VmState.PAUSED);
    t.put("RUNNING IO_FAILED", VmState.IO_ERROR);
    t.put("RUNNING CHECKPOINT_BEGAN", VmState.CHECKPOINTING);
    t.put("RUNNING SAVE_BEGAN", VmState.SAVING);
    t.put("RUNNING ENDED", VmState.ENDED);
    t.put("CHECKPOINTING CHECKPOINT_ENDED", VmState.RUNNING);
    t.put("CHECKPOINTING ENDED", VmState.ENDED);
    t.put("PAUSED RESUMED", VmState.RUNNING);
    t.put("PAUSED SAVE_BEGAN", VmState.SAVING);
    t.put("PAUSED ENDED", VmState.ENDED);
    t.put("IO_ERROR RESUMED", VmState.RUNNING);
    t.put("IO_ERROR PAUSED", VmState.PAUSED);
    t.put("IO_ERROR SAVE_BEGAN", VmState.SAVING);
    t.put("IO_ERROR ENDED", VmState.ENDED);
    t.put("SAVING SAVE_FAILED", VmState.PAUSED);
    t.put("SAVING SAVED", VmState.SAVED);
    t.put("SAVING ENDED", VmState.ENDED);
    return t;
  }

  @Test
  void everyEventInEveryStateDoesWhatTheTableSays() {
    for (VmState state : VmState.values()) {
      for (Event event : Event.values()) {
        Lifecycle vm = new Lifecycle(state);
        VmState expected = TABLE.get(state + " " + event);
        if (expected != null) {
          assertThat(vm.on(event)).as("%s %s", state, event).isEqualTo(expected);
        } else {
          assertThatThrownBy(() -> vm.on(event))
              .as("%s %s", state, event)
              .isInstanceOf(IllegalStateException.class)
              .hasMessage(event + " cannot happen to a VM that is " + state);
          assertThat(vm.state()).isEqualTo(state);
        }
      }
    }
  }

  @Test
  void everyStateCanBeReachedAndLeadsToAnEnd() {
    Set<VmState> reached = reachable(VmState.PREPARED);
    assertThat(reached).containsExactlyInAnyOrder(VmState.values());
    for (VmState state : VmState.values()) {
      assertThat(reachable(state).stream().anyMatch(VmState::isFinal)).as(state.name()).isTrue();
    }
  }

  @Test
  void finalStatesHaveNoWayOut() {
    for (VmState state : VmState.values()) {
      if (state.isFinal()) {
        assertThat(reachable(state)).containsExactly(state);
      }
    }
  }

  private static Set<VmState> reachable(VmState from) {
    Set<VmState> seen = EnumSet.of(from);
    ArrayDeque<VmState> open = new ArrayDeque<>(seen);
    while (!open.isEmpty()) {
      Lifecycle vm = new Lifecycle(open.remove());
      for (Event event : Event.values()) {
        vm.after(event).filter(seen::add).ifPresent(open::add);
      }
    }
    return seen;
  }
}
