package io.landfall.store.checkpoint;

/// Names a job for good: HTCondor reuses cluster numbers in path names (modulo 10,000), so only all
/// four parts together do.
///
/// @param submitHost where the job was submitted
/// @param owner who submitted it
/// @param cluster number of the submit file's run
/// @param proc number of the job within it
public record JobKey(String submitHost, String owner, int cluster, int proc) {
  private static final int MAX_NAME_CHARS = 255;

  /// Checks that no part is empty, overlong or negative.
  public JobKey {
    requireName("submit host", submitHost);
    requireName("owner", owner);
    if (cluster < 0 || proc < 0) {
      throw new IllegalArgumentException("job " + cluster + "." + proc + ": expected 0 or more");
    }
  }

  private static void requireName(String what, String name) {
    if (name.isBlank() || name.length() > MAX_NAME_CHARS) {
      throw new IllegalArgumentException(
          what + ": " + name.length() + " characters, expected 1 to " + MAX_NAME_CHARS);
    }
  }

  /// As users know the job: `12.0`.
  public String number() {
    return cluster + "." + proc;
  }

  /// `owner/cluster.proc@host`.
  @Override
  public String toString() {
    return owner + "/" + number() + "@" + submitHost;
  }
}
