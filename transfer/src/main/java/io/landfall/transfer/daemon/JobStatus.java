package io.landfall.transfer.daemon;

/// Where a job stands, by HTCondor's names and numbers (`JobStatus` of a job ad).
public enum JobStatus {
  IDLE(1),
  RUNNING(2),
  REMOVED(3),
  COMPLETED(4),
  HELD(5),
  TRANSFERRING_OUTPUT(6),
  SUSPENDED(7);

  private final int code;

  JobStatus(int code) {
    this.code = code;
  }

  /// The number in a job ad.
  public int code() {
    return code;
  }

  /// The job is over.
  public boolean over() {
    return this == REMOVED || this == COMPLETED;
  }

  /// Nothing more happens to the job by itself.
  public boolean settled() {
    return this == REMOVED || this == COMPLETED || this == HELD;
  }
}
