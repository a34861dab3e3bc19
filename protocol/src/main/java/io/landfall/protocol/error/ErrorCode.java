package io.landfall.protocol.error;

import java.util.Optional;

/// What can go wrong between two hosts. The number is the code on the wire: it never changes and is
/// never used again.
public enum ErrorCode {
  /// A frame that no correct peer sends: wrong magic, checksum, type, length, or a message that has
  /// no place here.
  PROTOCOL_VIOLATION(1, Remedy.ABORT),
  /// The two sides have no version of the protocol in common.
  VERSION_UNSUPPORTED(2, Remedy.FIX_AND_RETRY),
  /// A length, count or number of things under way is over its bound; WIRE.md lists them.
  LIMIT_EXCEEDED(3, Remedy.ABORT),
  /// A data connection named a session that this peer does not have.
  NO_SUCH_SESSION(4, Remedy.RETRY_LATER),
  /// This peer may not have what it asked for.
  NOT_AUTHORISED(5, Remedy.FIX_AND_RETRY),
  /// Nothing of that name is on offer.
  NO_SUCH_EXPORT(6, Remedy.FIX_AND_RETRY),
  /// The handle is not open, or not any more.
  NO_SUCH_HANDLE(7, Remedy.ABORT),
  /// A range is empty or ends behind the image.
  OUT_OF_RANGE(8, Remedy.ABORT),
  /// The source has no manifest for this export and is not making one.
  NO_MANIFEST(9, Remedy.ABORT),
  /// Reading the content failed at the source.
  SOURCE_READ_FAILED(10, Remedy.REFETCH),
  /// What arrived is not what the manifest names.
  CONTENT_MISMATCH(11, Remedy.REFETCH),
  /// This peer takes no requests, or has too many under way.
  BUSY(12, Remedy.RETRY_LATER),
  /// The request was understood and failed; the sentence says why.
  REQUEST_FAILED(13, Remedy.FIX_AND_RETRY),
  /// A fault of the program that answers; its log says more.
  INTERNAL(14, Remedy.ABORT),
  /// The link is closing.
  GOING_AWAY(15, Remedy.RETRY_LATER),
  /// The disk cannot hold what is to be written.
  DISK_FULL(16, Remedy.RETRY_LATER),
  /// The job asks for what such a host never does: it would fail on every one of them.
  JOB_UNFIT(17, Remedy.FIX_AND_RETRY);

  private final int number;
  private final Remedy remedy;

  ErrorCode(int number, Remedy remedy) {
    this.number = number;
    this.remedy = remedy;
  }

  /// The code on the wire.
  public int number() {
    return number;
  }

  public Remedy remedy() {
    return remedy;
  }

  /// The code with this number, or empty for one that a newer peer made up.
  public static Optional<ErrorCode> ofNumber(int number) {
    for (ErrorCode code : values()) {
      if (code.number == number) {
        return Optional.of(code);
      }
    }
    return Optional.empty();
  }
}
