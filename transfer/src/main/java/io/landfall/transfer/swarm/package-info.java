/// Swarms: hosts that land the same image at the same time give each other what they have.
///
/// The submit host keeps the [io.landfall.transfer.swarm.Tracker]: it sends each piece of an image
/// to one host only and tells the others who has it. A landing host runs a
/// [io.landfall.transfer.swarm.SwarmPull], which believes nobody: each chunk is compared with the
/// image's manifest before it is written or passed on. What it has, others pull by a ticket of the
/// tracker, which [io.landfall.transfer.swarm.PieceOffers] checks.
///
/// May import: `transfer.client`, `transfer.landing`, `transfer.session`, `transfer.net`,
/// `protocol.content`, `protocol.error`, `snapshot.device`. Imported by: `transfer.daemon`.
package io.landfall.transfer.swarm;
