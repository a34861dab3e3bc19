/// The life of a virtual machine: start, pause, save, restore, power down, kill; and why it ended.
/// One driver per hypervisor.
///
/// A thin roof: drivers own the hypervisor's process and control socket and nothing else. Verbs
/// follow HTCondor's vm-gahp. Deleting this room must leave everything but `transfer.daemon` and
/// `transfer.cli` compiling.
///
/// May import: `transfer.client`, `transfer.submit`, `store`, `snapshot`. Imported by:
/// `transfer.daemon`, `transfer.cli`.
package io.landfall.transfer.lifecycle;
