package io.landfall.transfer.submit;

import java.util.Optional;

/// What a guest may do with a disk: the third field of a `vm_disk` entry.
public enum Permission {
  READ("r"),
  WRITE("w"),
  READ_WRITE("rw");

  private final String word;

  Permission(String word) {
    this.word = word;
  }

  /// The permission of that name, in any case.
  static Optional<Permission> named(String word) {
    for (Permission permission : values()) {
      if (permission.word.equalsIgnoreCase(word)) {
        return Optional.of(permission);
      }
    }
    return Optional.empty();
  }

  /// Whether the guest may write.
  public boolean writable() {
    return this != READ;
  }

  /// The word a submit file uses.
  public String word() {
    return word;
  }
}
