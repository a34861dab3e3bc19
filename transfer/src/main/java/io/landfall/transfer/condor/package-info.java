/// Where a stock HTCondor takes in somebody else's program, and takes in ours: `condor_vm-gahp`,
/// which runs a job's virtual machine ([io.landfall.transfer.condor.gahp]), and a file-transfer
/// plugin, which fetches and sends what `landfall://` URLs name
/// ([io.landfall.transfer.condor.plugin]).
///
/// Knows HTCondor's words and forms, and does nothing of its own: machines are the lifecycle's,
/// bytes are carried by whoever calls.
///
/// May import: `transfer.classad`, `transfer.config`, `transfer.landing` (why one failed),
/// `transfer.lifecycle`, `snapshot`, `store.chunking`, `store.io`, `protocol.content`,
/// `protocol.error`. Imported by: `transfer.cli`. Threads: see each sub-room.
package io.landfall.transfer.condor;
