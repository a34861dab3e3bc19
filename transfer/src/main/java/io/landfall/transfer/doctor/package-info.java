/// What `landfall doctor` finds out about a host: whether an agent would work here, and what of the
/// host makes it slower than it could be.
///
/// Each check tries the thing itself (clones a file, starts a machine, dials the hosts) and says
/// what it found, what that costs, and how to mend it. Checks need no agent and leave nothing
/// behind; they run at once, each on a thread of its own, and one that does not answer in time is a
/// finding itself.
///
/// The archive of `landfall support-bundle` is made here too: the findings, and what else somebody
/// elsewhere needs, without secrets.
///
/// May import: the rooms that it asks. Imported by: `transfer.cli`. Threads: see
/// [io.landfall.transfer.doctor.Doctor].
package io.landfall.transfer.doctor;
