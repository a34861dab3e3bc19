package io.landfall.protocol.codec;

import io.landfall.protocol.message.TransferMessage.Codec;
import io.landfall.protocol.message.TransferMessage.ExtentKind;
import io.landfall.protocol.message.TransferMessage.ManifestState;
import io.landfall.protocol.message.TransferMessage.ProofKey;
import io.landfall.protocol.message.TransferMessage.Role;
import java.util.List;

/// The bytes that stand for the constants of enums: a constant's number is its place in the list,
/// whatever the order of the enum's source. New ones go to the end.
final class Numbers {
  static final List<Role> ROLES = List.of(Role.CONTROL, Role.DATA);
  static final List<ManifestState> MANIFEST_STATES =
      List.of(ManifestState.NONE, ManifestState.PENDING, ManifestState.READY);
  static final List<ExtentKind> EXTENT_KINDS =
      List.of(ExtentKind.DATA, ExtentKind.ZERO, ExtentKind.BASE);
  static final List<ProofKey> PROOF_KEYS =
      List.of(ProofKey.NONE, ProofKey.POOL, ProofKey.LOCAL, ProofKey.SESSION);
  static final List<Codec> CODECS = List.of(Codec.PLAIN, Codec.LZ4, Codec.ZSTD);

  private Numbers() {}
}
