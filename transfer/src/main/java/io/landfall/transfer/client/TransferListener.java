package io.landfall.transfer.client;

/// Watches a transfer.
@FunctionalInterface
public interface TransferListener {
  /// Watches nothing.
  TransferListener NONE = progress -> {};

  /// Something was done. Called every megabyte or so, from several threads but one at a time; must
  /// be quick.
  void progress(TransferProgress progress);
}
