/// A file-transfer plugin: HTCondor's starter runs it for `landfall://` URLs of a job's input and
/// output.
///
/// [io.landfall.transfer.condor.plugin.PluginMode] is what it was started for,
/// [io.landfall.transfer.condor.plugin.TransferPlugin] does that. Which files, is read from ads in
/// the new syntax; how each went, is written as such ads over the blanks of a file that HTCondor
/// made beforehand, so that a full disk still leaves room to say so. Bytes are carried by whoever
/// implements [io.landfall.transfer.condor.plugin.Carrier].
///
/// Threads: the caller's.
package io.landfall.transfer.condor.plugin;
