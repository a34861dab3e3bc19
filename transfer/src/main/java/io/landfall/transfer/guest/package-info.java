/// The work program: a guest whose every step can be proved afterwards.
///
/// A few sectors of real-mode assembly (`src/main/asm/workprogram.asm`) that boot from any disk in
/// a fraction of a second, count steps in RAM, append each to a log on the disk, and power off at
/// their target. [io.landfall.transfer.guest.WorkLog] reads that log back and says whether any step
/// was lost, repeated, out of order, or made by a memory that does not belong to the disk. What the
/// program computes is here in Java as well: to check the log, and for the simulated hypervisor,
/// which does the same work without a CPU.
///
/// May import: `snapshot.device`. Imported by: `transfer.lifecycle`, `transfer.demo`, and whoever
/// judges a returned disk.
package io.landfall.transfer.guest;
