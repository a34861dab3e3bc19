/// Where a stock HTCondor takes in somebody else's program for its vm universe, and takes in ours:
/// `condor_vm-gahp`, which runs a job's virtual machine ([io.landfall.transfer.condor.gahp]).
///
/// Knows HTCondor's words and forms, and does nothing of its own: machines are the lifecycle's.
///
/// May import: `transfer.classad`, `transfer.config`, `transfer.lifecycle`, `snapshot`,
/// `store.chunking`, `store.io`, `protocol.content`. Imported by: `transfer.cli`. Threads: see each
/// sub-room.
package io.landfall.transfer.condor;
