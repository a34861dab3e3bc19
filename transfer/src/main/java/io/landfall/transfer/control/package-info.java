/// What agents and the command line ask of each other, as records: requests with their replies, and
/// one-way notices.
///
/// They travel as JSON text in the wire's REQUEST, REPLY and NOTICE frames, which bound their size;
/// content (disks, memory, device state) never does: a reply names an export, and whoever needs it
/// pulls it. Unknown members are ignored, so that a newer agent can talk to an older one; an
/// unknown request is refused with its name.
///
/// May import: nothing of ours. Imported by: `transfer.observe`, `transfer.daemon`,
/// `transfer.demo`, `transfer.cli`.
package io.landfall.transfer.control;
