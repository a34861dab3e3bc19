package io.landfall.store.cli;

import io.landfall.store.checkpoint.CheckpointRecord;
import io.landfall.store.checkpoint.CheckpointStore;
import io.landfall.store.checkpoint.JobKey;
import java.util.List;
import java.util.NoSuchElementException;

/// Jobs by a word that a person types: `12`, `12.0`, `alice/12.0` or `alice/12.0@submit.example`.
///
/// @param word the word, or null for all jobs
record JobChoice(String word) {
  static JobChoice of(String word) {
    return new JobChoice(word);
  }

  /// The checkpoints of the jobs that are meant.
  ///
  /// @throws NoSuchElementException if a job is named and has none
  List<CheckpointRecord> among(CheckpointStore store) {
    List<CheckpointRecord> found =
        store.list().stream().filter(record -> matches(record.job())).toList();
    if (found.isEmpty() && word != null) {
      throw new NoSuchElementException("no checkpoint of job " + word + " in " + store.directory());
    }
    return found;
  }

  private boolean matches(JobKey job) {
    return word == null
        || word.equals(Integer.toString(job.cluster()))
        || word.equals(job.number())
        || word.equals(job.owner() + "/" + job.number())
        || word.equals(job.toString());
  }
}
