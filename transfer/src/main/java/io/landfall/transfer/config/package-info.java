/// HTCondor's description language: the one in which its submit description files and its
/// configuration files are both written.
///
/// Logical lines with their exact origin, assignments, `$(macros)` and macro functions, `if`,
/// `include`; and [io.landfall.transfer.config.Configuration], a daemon's settings with where each
/// came from. A dialect (such as the submit file's `queue`) is plugged in through
/// [io.landfall.transfer.config.Dialect].
///
/// Text from outside is bounded before it is worked on: size of a file, of a line and of an
/// expanded value, depth of macros, of `if` and of `include`, and the work that expansion may cost.
/// Nothing here runs a command: `include command` is refused.
///
/// May import: `transfer.classad`. Imported by: `transfer.submit`, `transfer.daemon`,
/// `transfer.cli`. Threads: values are immutable; readers and tables belong to one thread.
package io.landfall.transfer.config;
