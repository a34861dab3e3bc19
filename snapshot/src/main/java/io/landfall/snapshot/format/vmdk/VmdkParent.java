package io.landfall.snapshot.format.vmdk;

import java.util.regex.Pattern;

/// What a delta says of the disk that it lies over.
///
/// @param cid content id of that disk: a delta is worthless over any other content
/// @param name `parentFileNameHint`: where VMware looks for it, from the delta's own directory or
///   in full
public record VmdkParent(long cid, String name) {
  private static final Pattern NAME = Pattern.compile("[^\\x00-\\x1f\"]{1,4096}");

  public VmdkParent {
    if (cid < 0 || cid >= Descriptor.NO_PARENT || !NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "parent \"%s\", content %x: expected a name without quotes and an id of 32 bits"
              .formatted(name, cid));
    }
  }
}
