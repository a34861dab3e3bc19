package io.landfall.transfer.lifecycle.qemu;

import tools.jackson.databind.JsonNode;

/// Something that QEMU tells without being asked.
///
/// @param name such as `SHUTDOWN`
/// @param data what belongs to it; an empty node if nothing does
record QmpEvent(String name, JsonNode data) {

  String text(String field) {
    return data.path(field).asString("");
  }
}
