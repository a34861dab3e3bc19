/// Runs VMs through libvirt, for KVM and for Xen: `virsh` as a process, and nothing of libvirt's in
/// ours.
///
/// A VM is a persistent domain for as long as it lives. A transient one, as HTCondor's, takes the
/// reason of its end with it; this one keeps it until it is read, also when no agent listened. What
/// `virsh event` prints is only a call to look.
///
/// `DomainXml` writes what libvirt is told, `XlConfig` the same for Xen's own tool.
package io.landfall.transfer.lifecycle.libvirt;
