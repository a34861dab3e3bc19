package io.landfall.transfer.lifecycle;

import static io.landfall.transfer.lifecycle.VmState.CHECKPOINTING;
import static io.landfall.transfer.lifecycle.VmState.ENDED;
import static io.landfall.transfer.lifecycle.VmState.IO_ERROR;
import static io.landfall.transfer.lifecycle.VmState.PAUSED;
import static io.landfall.transfer.lifecycle.VmState.PREPARED;
import static io.landfall.transfer.lifecycle.VmState.RUNNING;
import static io.landfall.transfer.lifecycle.VmState.SAVED;
import static io.landfall.transfer.lifecycle.VmState.SAVING;
import static io.landfall.transfer.lifecycle.VmState.STARTED;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// The state machine of a VM: which state follows which, and nothing else. No clock, no threads, no
/// files; a driver tells it what is about to happen or has happened.
///
/// ```
///             LOADED          RESUMED
///   PREPARED ───────> STARTED ───────> RUNNING <──────────────┐
///                        │      PAUSED  │   │  IO_FAILED      │ RESUMED
///                        │        ┌─────┘   └──────> IO_ERROR ┤
///                        │        v                     │     │
///                        │      PAUSED ─────────────────┼─────┘
///                        │        │     ^ SAVE_FAILED   │
///                        └────────┼─────┼───────────────┘
///                      SAVE_BEGAN v     │
///                               SAVING ─┴──> SAVED        any but SAVED ──ENDED──> ENDED
///
///   RUNNING ──CHECKPOINT_BEGAN──> CHECKPOINTING ──CHECKPOINT_ENDED──> RUNNING
/// ```
///
/// Not thread-safe: [VmJournal] guards it.
public final class Lifecycle {

  /// What can happen to a VM.
  public enum Event {
    /// The hypervisor holds the VM, stopped.
    LOADED,
    /// The guest goes on.
    RESUMED,
    /// The guest was stopped by us.
    PAUSED,
    /// The guest was stopped by a failing disk.
    IO_FAILED,
    /// Its disks and memory are about to be frozen.
    CHECKPOINT_BEGAN,
    /// They are, or could not be; the guest goes on.
    CHECKPOINT_ENDED,
    /// Its state is about to be written.
    SAVE_BEGAN,
    /// It could not be written; the VM is as it was, stopped.
    SAVE_FAILED,
    /// It is written and durable, the hypervisor gone.
    SAVED,
    /// The VM is over for another reason.
    ENDED
  }

  private static final Map<VmState, Map<Event, VmState>> NEXT = next();

  private VmState state;

  /// A VM in its first state.
  public Lifecycle() {
    this(PREPARED);
  }

  /// A VM whose state is known from before.
  public Lifecycle(VmState state) {
    this.state = state;
  }

  /// The state now.
  public VmState state() {
    return state;
  }

  /// Where an event would lead from here; empty if it cannot happen here.
  public Optional<VmState> after(Event event) {
    return Optional.ofNullable(NEXT.get(state).get(event));
  }

  /// Moves on.
  ///
  /// @return the new state
  /// @throws IllegalStateException if the event cannot happen in this state
  public VmState on(Event event) {
    state =
        after(event)
            .orElseThrow(() ->
                new IllegalStateException(
                    "%s cannot happen to a VM that is %s".formatted(event, state)));
    return state;
  }

  private static Map<VmState, Map<Event, VmState>> next() {
    Map<VmState, Map<Event, VmState>> next = new EnumMap<>(VmState.class);
    next.put(PREPARED, Map.of(Event.LOADED, STARTED, Event.ENDED, ENDED));
    next.put(STARTED, Map.of(Event.RESUMED, RUNNING, Event.SAVE_BEGAN, SAVING, Event.ENDED, ENDED));
    next.put(
        RUNNING,
        Map.of(
            Event.PAUSED, PAUSED,
            Event.IO_FAILED, IO_ERROR,
            Event.CHECKPOINT_BEGAN, CHECKPOINTING,
            Event.SAVE_BEGAN, SAVING,
            Event.ENDED, ENDED));
    next.put(CHECKPOINTING, Map.of(Event.CHECKPOINT_ENDED, RUNNING, Event.ENDED, ENDED));
    next.put(PAUSED, Map.of(Event.RESUMED, RUNNING, Event.SAVE_BEGAN, SAVING, Event.ENDED, ENDED));
    next.put(
        IO_ERROR,
        Map.of(
            Event.RESUMED, RUNNING,
            Event.PAUSED, PAUSED,
            Event.SAVE_BEGAN, SAVING,
            Event.ENDED, ENDED));
    next.put(SAVING, Map.of(Event.SAVE_FAILED, PAUSED, Event.SAVED, SAVED, Event.ENDED, ENDED));
    next.put(SAVED, Map.of());
    next.put(ENDED, Map.of());
    return next;
  }
}
