/// OVA: a tar archive with an OVF description, a manifest of digests and packed VMDK disks.
///
/// A disk is read where it lies in the archive; nothing is unpacked. Names in the description are
/// looked up among the members and nowhere else.
///
/// May import: `snapshot.device`, `snapshot.format.file`, `snapshot.format.vmdk`; Commons Compress
/// for the headers of tar, the JDK's StAX for the description. Imported by: `snapshot.format`,
/// `transfer`.
package io.landfall.snapshot.format.ova;
