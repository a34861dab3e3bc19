/// The submit description language of HTCondor's vm universe: text to jobs, with every mistake
/// named by file, line and rule.
///
/// Pure: reads the text it is given and asks about files through an interface. HTCondor's
/// configuration files are written in the same language, so the daemon's configuration is parsed
/// here too.
///
/// May import: nothing of ours. Imported by: `transfer.daemon`, `transfer.cli`.
package io.landfall.transfer.submit;
