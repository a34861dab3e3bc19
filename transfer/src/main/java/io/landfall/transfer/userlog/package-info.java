/// HTCondor's event log ("user log"): the text file that a job's `log` command names, which users
/// read and which tools of HTCondor's follow.
///
/// The shape of every event is HTCondor 8.6's, blank for blank, since its readers scan the text. An
/// event is appended in one write under the lock that HTCondor takes, so both may write one file.
///
/// May import: nothing of ours. Imported by: `transfer.daemon`.
package io.landfall.transfer.userlog;
