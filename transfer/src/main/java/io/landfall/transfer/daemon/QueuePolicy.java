package io.landfall.transfer.daemon;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.classad.ClassAdException;
import io.landfall.transfer.classad.Evaluation;
import io.landfall.transfer.classad.Expression;
import io.landfall.transfer.classad.Value;
import io.landfall.transfer.config.Configuration;
import io.landfall.transfer.config.Configuration.Setting;
import io.landfall.transfer.config.InvalidConfigurationException;
import java.time.Duration;
import java.util.Optional;

/// Who waits for whom in the queue of transfers, and for the disk.
///
/// @param disk `FILE_TRANSFER_DISK_LOAD_THROTTLE` and `…_WAIT_BETWEEN_INCREMENTS`
/// @param user `TRANSFER_QUEUE_USER_EXPR`: as whom a job waits, by its ad; else as its owner
record QueuePolicy(DiskThrottle.Limits disk, Optional<Expression> user) {
  static final String DISK_LOAD = "FILE_TRANSFER_DISK_LOAD_THROTTLE";
  static final String INCREMENTS = DISK_LOAD + "_WAIT_BETWEEN_INCREMENTS";
  static final String USER = "TRANSFER_QUEUE_USER_EXPR";

  /// HTCondor's defaults.
  static final QueuePolicy STANDARD =
      new QueuePolicy(DiskThrottle.Limits.STANDARD, Optional.empty());

  private static final System.Logger LOG = System.getLogger(QueuePolicy.class.getName());

  static QueuePolicy read(Configuration configuration) throws InvalidConfigurationException {
    Duration between = configuration.duration(INCREMENTS, DiskThrottle.Limits.STANDARD.between());
    Optional<Setting> load = configuration.find(DISK_LOAD);
    String text = load.map(Setting::value).orElse(Double.toString(STANDARD.disk.high()));
    Optional<DiskThrottle.Limits> disk = DiskThrottle.Limits.parse(text, between);
    if (disk.isEmpty()) {
      throw Configuration.refused(
          load.orElseThrow(), "a number of transfers such as 2.0, a range such as 5 to 6.5, or 0");
    }
    Optional<Setting> user = configuration.find(USER);
    try {
      return new QueuePolicy(
          disk.get(),
          user.isEmpty() ? Optional.empty() : Optional.of(Expression.parse(user.get().value())));
    } catch (ClassAdException e) {
      throw Configuration.refused(
          user.orElseThrow(), "a ClassAd expression (" + e.getMessage() + ")");
    }
  }

  /// As whom a job waits. An expression that has no text as its value says nothing of this job.
  ///
  /// @param now seconds since 1970
  String userOf(ClassAd job, String owner, long now) {
    if (user.isEmpty()) {
      return owner;
    }
    Value value = new Evaluation(job, ClassAd.EMPTY, now).value(user.get());
    if (value instanceof Value.Text text && !text.text().isEmpty()) {
      return text.text();
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0} = {1} is {2} for a job of {3}, which waits as its owner then; expected a text",
        USER,
        user.get(),
        value,
        owner);
    return owner;
  }
}
