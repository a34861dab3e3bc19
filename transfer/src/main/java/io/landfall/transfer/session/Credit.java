package io.landfall.transfer.session;

/// A bounded number of bytes that may be under way.
public interface Credit {

  /// Takes `bytes` of it, or nothing and returns false.
  boolean take(int bytes);

  /// Gives back what was taken.
  void give(int bytes);
}
