/// The life of a virtual machine: start, pause, save, restore, power down, kill; and why it ended.
/// One driver per hypervisor.
///
/// A thin roof: a [driver][io.landfall.transfer.lifecycle.HypervisorDriver] owns the hypervisor's
/// process and control socket and nothing else. What a VM reads is a raw, read-only base per disk,
/// shared with other jobs; what it writes is an overlay of its own per disk and one file that is
/// its memory, page for page. So a checkpoint is those files plus the small state of the virtual
/// devices, and moving one is moving disks. A guest that runs on is checkpointed from the same
/// files, frozen for a moment: [freeze][io.landfall.transfer.lifecycle.Vm#freeze]. While a base
/// still lands, QEMU reads it over NBD and is moved to the file when that is complete. VMware's
/// overlays are VMDK deltas over a link to the base, and it saves no machine that runs on.
///
/// States and what may follow each are data, in [io.landfall.transfer.lifecycle.Lifecycle]. A
/// transition is durable in the VM's directory before it is acted on, so that an agent which died
/// finds what it left behind. How a VM ended is what the hypervisor said, never the exit code of a
/// process: `OPERATIONS.md` beside this module's pom has the table.
///
/// Deleting this room must leave everything but `transfer.daemon`, `transfer.condor`,
/// `transfer.demo` and `transfer.cli` compiling.
///
/// May import: `transfer.guest` (what the simulated hypervisor runs), `snapshot`, `store.io` (files
/// that survive a power cut). Imported by: `transfer.daemon`, `transfer.condor`, `transfer.demo`,
/// `transfer.cli`.
package io.landfall.transfer.lifecycle;
