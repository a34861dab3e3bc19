/// The submit description file of HTCondor's vm universe: text to jobs, with every mistake named by
/// file, line, column and rule.
///
/// [io.landfall.transfer.submit.SubmitFile] reads a file and answers a
/// [io.landfall.transfer.submit.Submission]: the jobs, or all problems at once. Rules S01 to S24
/// are condor_submit's; T01 to T06 name what HTCondor accepts and fails at later, and is refused
/// here at once; L01 and on are Landfall's own. `OPERATIONS.md` beside this module's pom lists
/// them.
///
/// One rule is softer than HTCondor's, on purpose. HTCondor checkpoints memory only, so a Xen or
/// KVM job with `vm_checkpoint` and a transferred disk is held at start (T03): its disk would be
/// lost. Landfall checkpoints disks and memory together, so such a job is accepted, if the file
/// says `when_to_transfer_output = ON_EXIT_OR_EVICT`: HTCondor's own words for "transfer at
/// eviction too". Without them it stays rejected, so that nobody moves gigabytes at eviction
/// unasked, and so that a file means the same here and there.
///
/// Pure: reads the text it is given and asks about files through an interface.
///
/// May import: `transfer.config`, `transfer.classad`. Imported by: `transfer.lifecycle`,
/// `transfer.daemon`, `transfer.cli`. Threads: a parse belongs to one thread; what it answers is
/// immutable.
package io.landfall.transfer.submit;
