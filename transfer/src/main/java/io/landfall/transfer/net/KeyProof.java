package io.landfall.transfer.net;

import io.landfall.protocol.message.Token;
import io.landfall.protocol.message.TransferMessage.Hello;
import io.landfall.protocol.message.TransferMessage.Role;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Proves knowledge of a key over one connection: HMAC-SHA-256 over the dialler's HELLO and both
/// sides' nonces. Either side's proof has its own label, so that one cannot be sent back as the
/// other, and everything that was agreed on in the clear is part of it.
final class KeyProof {
  private static final String ALGORITHM = "HmacSHA256";
  private static final SecureRandom RANDOM = new SecureRandom();

  private final byte[] key;
  private final byte[] terms;

  /// @param hello of the dialler
  KeyProof(byte[] key, Hello hello, Token listenerNonce, Token diallerNonce) {
    this.key = key;
    byte[] node = hello.node().getBytes(StandardCharsets.UTF_8);
    this.terms =
        ByteBuffer.allocate(2 + 2 + 1 + 1 + 16 + 2 * Token.SIZE_BYTES + node.length)
            .putShort((short) hello.minVersion())
            .putShort((short) hello.maxVersion())
            .put((byte) (hello.role() == Role.CONTROL ? 0 : 1))
            .put((byte) hello.dataConnections())
            .putLong(hello.session().getMostSignificantBits())
            .putLong(hello.session().getLeastSignificantBits())
            .put(listenerNonce.toBytes())
            .put(diallerNonce.toBytes())
            .put(node)
            .array();
  }

  static Token nonce() {
    byte[] bytes = new byte[Token.SIZE_BYTES];
    RANDOM.nextBytes(bytes);
    return Token.of(bytes);
  }

  Token ofDialler() {
    return Token.of(mac("landfall dialler 1"));
  }

  Token ofListener() {
    return Token.of(mac("landfall listener 1"));
  }

  /// The key of the link that this connection controls: its data connections prove themselves with
  /// it.
  byte[] sessionKey() {
    return mac("landfall session 1");
  }

  /// Compares in a time that says nothing.
  static boolean same(Token a, Token b) {
    return MessageDigest.isEqual(a.toBytes(), b.toBytes());
  }

  private byte[] mac(String label) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      mac.update(label.getBytes(StandardCharsets.US_ASCII));
      mac.update((byte) 0);
      return mac.doFinal(terms);
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has " + ALGORITHM, e);
    }
  }
}
