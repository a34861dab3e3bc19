/// What people ask about an image: what it is, what lies where, whether it is sound, in what two
/// differ, and the same disk in another format.
///
/// Answers are records; nothing is printed here.
///
/// May import: the other rooms of `snapshot.format`, `snapshot.device`. Imported by:
/// `transfer.cli`.
package io.landfall.snapshot.format.report;
