package io.landfall.transfer.daemon;

import io.landfall.protocol.error.ErrorCode;
import io.landfall.protocol.error.ProtocolException;
import io.landfall.transfer.control.Request;
import io.landfall.transfer.net.PeerIdentity;
import io.landfall.transfer.net.PeerIdentity.Proof;
import java.util.List;

/// Which requests a peer may make of this agent.
///
/// Hosts of the pool claim machines, those that `LANDFALL_SUBMIT_HOSTS` names if it names any;
/// users command jobs, with a certificate only their own. Users of this machine who could read the
/// agent's key may do whatever its command line does.
final class Authorisation {
  private volatile List<String> submitHosts;

  Authorisation(List<String> submitHosts) {
    this.submitHosts = submitHosts;
  }

  /// Other hosts, from the next request on.
  void submitHosts(List<String> names) {
    submitHosts = List.copyOf(names);
  }

  /// @throws ProtocolException `NOT_AUTHORISED` if it may not
  void require(PeerIdentity who, Request<?> request) throws ProtocolException {
    switch (request) {
      case Request.SwarmJoin _, Request.SwarmNext _ ->
          throw refused("a swarm is asked for over the link that its submit host has dialled");
      // What may be copied is bounded by LANDFALL_COPY_DIRECTORIES, whoever asks.
      case Request.Describe _, Request.Echo _, Request.OfferCopy _, Request.TakeCopy _ -> {}
      case Request.Claim _,
          Request.Attach _,
          Request.Prepare _,
          Request.Start _,
          Request.Save _,
          Request.Checkpoint _,
          Request.CheckpointDone _,
          Request.Suspend _,
          Request.Continue _,
          Request.Outputs _,
          Request.Kill _,
          Request.Release _ ->
          requireSubmitHost(who);
      case Request.Reload _, Request.Inspect _ -> requireThisMachine(who);
      case Request.ListJobs _, Request.Status _, Request.Transfers _, Request.Metrics _ ->
          requireUser(who);
      case Request.Submit submit -> {
        requireUser(who);
        requireOwner(who, submit.owner());
      }
      case Request.Watch watch -> requireOwnJob(who, watch.job());
      case Request.Evict evict -> requireOwnJob(who, evict.job());
      case Request.Hold hold -> requireOwnJob(who, hold.job());
      case Request.SuspendJob suspend -> requireOwnJob(who, suspend.job());
      case Request.ContinueJob on -> requireOwnJob(who, on.job());
      case Request.CheckpointJob checkpoint -> requireOwnJob(who, checkpoint.job());
      case Request.Remove remove -> requireOwnJob(who, remove.job());
      case Request.ReleaseHold release -> requireOwnJob(who, release.job());
    }
  }

  private void requireSubmitHost(PeerIdentity who) throws ProtocolException {
    boolean named =
        submitHosts.isEmpty()
            || (who.proof() == Proof.HOST_CERTIFICATE && submitHosts.contains(who.name()));
    boolean local = who.proof() == Proof.LOCAL_KEY || who.proof() == Proof.NONE;
    if (!who.isHost() || !(named || local)) {
      throw refused(who + " may not run machines here: it is not one of LANDFALL_SUBMIT_HOSTS");
    }
  }

  private static void requireThisMachine(PeerIdentity who) throws ProtocolException {
    if (who.proof() != Proof.LOCAL_KEY && who.proof() != Proof.NONE) {
      throw refused(who + " may not administer this agent; that is done on its own machine");
    }
  }

  private static void requireUser(PeerIdentity who) throws ProtocolException {
    if (!who.isUser()) {
      throw refused(
          who + " may not command jobs; users' certificates come from: pool issue --user");
    }
  }

  private static void requireOwnJob(PeerIdentity who, String job) throws ProtocolException {
    requireUser(who);
    int slash = job.indexOf('/');
    if (who.proof() == Proof.USER_CERTIFICATE) {
      if (slash < 0) {
        throw refused("over the network a job is named in full, as `landfall queue` prints it");
      }
      requireOwner(who, job.substring(0, slash));
    }
  }

  private static void requireOwner(PeerIdentity who, String owner) throws ProtocolException {
    if (who.proof() == Proof.USER_CERTIFICATE && !who.name().equals(owner)) {
      throw refused(who + " may not act for " + owner);
    }
  }

  private static ProtocolException refused(String sentence) {
    return new ProtocolException(ErrorCode.NOT_AUTHORISED, sentence);
  }
}
