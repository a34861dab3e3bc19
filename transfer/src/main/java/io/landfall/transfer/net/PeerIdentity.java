package io.landfall.transfer.net;

/// Who is at the other end of a link, as far as it has proved it.
///
/// @param proof what it has proved
/// @param name proved for certificates; otherwise what the other side calls itself
public record PeerIdentity(Proof proof, String name) {

  /// What a peer has shown.
  public enum Proof {
    /// Nothing: an endpoint inside of this machine that asks for nothing.
    NONE,
    /// It could read this machine's key: a user of this machine who may command the agent.
    LOCAL_KEY,
    /// It has the pool's key: some host of the pool.
    POOL_KEY,
    /// A host's certificate of the pool.
    HOST_CERTIFICATE,
    /// A user's certificate of the pool.
    USER_CERTIFICATE
  }

  /// Whether it may act as a host of the pool: claim machines, serve images.
  public boolean isHost() {
    return proof != Proof.USER_CERTIFICATE;
  }

  /// Whether it may act for users: submit, and command jobs.
  public boolean isUser() {
    return proof == Proof.NONE || proof == Proof.LOCAL_KEY || proof == Proof.USER_CERTIFICATE;
  }

  /// Who holds what it made, in words that survive a restart of either side: two peers with the
  /// same text are the same party.
  public String owner() {
    return switch (proof) {
      case NONE, LOCAL_KEY -> "this machine";
      case POOL_KEY -> "pool";
      case HOST_CERTIFICATE -> "host " + name;
      case USER_CERTIFICATE -> "user " + name;
    };
  }

  @Override
  public String toString() {
    return switch (proof) {
      case NONE -> "unproved " + name;
      case LOCAL_KEY -> "local " + name;
      case POOL_KEY -> "pool member " + name;
      case HOST_CERTIFICATE -> "host " + name;
      case USER_CERTIFICATE -> "user " + name;
    };
  }
}
