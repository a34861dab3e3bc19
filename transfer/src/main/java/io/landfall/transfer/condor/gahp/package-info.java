/// `condor_vm-gahp`: HTCondor's starter runs one per job and talks to it line by line.
///
/// [io.landfall.transfer.condor.gahp.Gahp] is the conversation: it reads commands, answers each at
/// once, and keeps results until they are fetched. [io.landfall.transfer.condor.gahp.GahpVm] is the
/// one machine behind it. [io.landfall.transfer.condor.gahp.GahpJob] is the job, read from its ad
/// and checked; what is wrong with it is one of HTCondor's own words
/// ([io.landfall.transfer.condor.gahp.VmgahpError]), since the starter decides by them whether the
/// job is held.
///
/// Files in the job's scratch directory. HTCondor carries changed files of its top level and
/// nothing below it:
///
/// ```
///   DISK                        as transferred; written when the guest has shut down, if it changed
///   landfall-vm.DEVICE.qcow2    what the guest wrote since; part of a checkpoint
///   landfall-vm.memory          of a checkpoint
///   landfall-vm.devices         of a checkpoint
///   landfall-vm.json            of a checkpoint: names the others with their digests; written last
///   .landfall-vm/               the driver's own: state, logs, memory of a machine that runs
/// ```
///
/// Threads: the conversation is one thread's, what takes time is another's, one after the other.
package io.landfall.transfer.condor.gahp;
