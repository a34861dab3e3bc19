package io.landfall.transfer.lifecycle.simulated;

import io.landfall.transfer.guest.WorkPlan;

/// When a simulated guest makes its steps.
@FunctionalInterface
public interface Pace {

  /// Returns when the guest may make another step.
  ///
  /// @param plan what the guest was told to do
  void awaitStep(WorkPlan plan) throws InterruptedException;

  /// The time that the plan gives to a step.
  static Pace asPlanned() {
    return plan -> Thread.sleep(plan.perStep());
  }
}
