/// Runs VMs in VMware's hosted products (Workstation, Player, Fusion) through `vmrun`, a process
/// per command.
///
/// The machine is a new `.vmx`, made from what may stay of the user's
/// ([io.landfall.transfer.lifecycle.vmware.VmxRewrite]). A disk is a delta over a flat VMDK whose
/// content is the landed image; a saved VM is VMware's suspended state, `.vmem` its memory page for
/// page. `vmrun` has no events, so [io.landfall.transfer.lifecycle.vmware.VmwareVm] asks what runs
/// from time to time, and no exit reasons: what VMware left behind has to say whether the guest
/// shut down.
package io.landfall.transfer.lifecycle.vmware;
