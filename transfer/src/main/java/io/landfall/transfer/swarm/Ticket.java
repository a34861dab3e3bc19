package io.landfall.transfer.swarm;

import io.landfall.protocol.content.ImageId;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Leave to pull one image from one host, as the name of an export: `swarm/IMAGE/UNTIL/PROOF`.
///
/// The host that serves makes a key for each image that it offers and tells it to the tracker of
/// the submit host alone. The proof is an HMAC-SHA-256 under that key over the image, who may pull
/// it, and until when (seconds since 1970).
///
/// @param image that may be pulled
/// @param until when
/// @param proof in hexadecimal
record Ticket(ImageId image, long until, String proof) {
  static final String PREFIX = "swarm/";
  static final int KEY_BYTES = 32;

  private static final Duration LIFE = Duration.ofHours(1);
  private static final int PARTS = 4;
  private static final String CONTEXT = "landfall swarm 1";

  /// Lets `owner` pull the image from who has the key.
  static Ticket issue(byte[] key, ImageId image, String owner, Instant now) {
    long until = now.plus(LIFE).getEpochSecond();
    return new Ticket(image, until, proof(key, image, owner, until));
  }

  /// Reads the name of an export; empty if it is no ticket.
  static Optional<Ticket> parse(String name) {
    String[] parts = name.split("/", -1);
    if (parts.length != PARTS || !name.startsWith(PREFIX)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new Ticket(ImageId.parse(parts[1]), Long.parseLong(parts[2]), parts[PARTS - 1]));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  boolean good(byte[] key, String owner, Instant now) {
    byte[] expected = proof(key, image, owner, until).getBytes(StandardCharsets.US_ASCII);
    return MessageDigest.isEqual(expected, proof.getBytes(StandardCharsets.UTF_8))
        && now.getEpochSecond() <= until;
  }

  String exportName() {
    return PREFIX + image + '/' + until + '/' + proof;
  }

  private static String proof(byte[] key, ImageId image, String owner, long until) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      String said = String.join("\0", CONTEXT, image.toString(), Long.toString(until), owner);
      return HexFormat.of().formatHex(mac.doFinal(said.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has HMAC-SHA-256", e);
    }
  }
}
