package io.landfall.transfer.doctor;

import java.util.function.Consumer;

/// One group of questions to a host. Runs on a thread of its own, once.
interface Check {

  /// What is looked at, as a heading.
  String group();

  /// Tells each finding as soon as it is known, so that what takes too long hides nothing of what
  /// was found before.
  ///
  /// @throws Exception if the question itself cannot be asked; that becomes a finding too
  @SuppressWarnings("PMD.SignatureDeclareThrowsException")
  void run(Consumer<Finding> findings) throws Exception;
}
