package io.landfall.transfer.control;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What one side asks of the other, each with the type of its reply.
///
/// @param <R> the reply
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "do")
public sealed interface Request<R extends Reply> {

  /// The class of the reply.
  Class<R> replyType();

  // ---- to an execute agent, from the submit agent that has claimed it for a job

  /// What does this host offer, and what does it hold?
  record Describe() implements Request<Reply.HostAd> {
    @Override
    public Class<Reply.HostAd> replyType() {
      return Reply.HostAd.class;
    }
  }

  /// Keep room for a job here. Refused if there is none; asking again is harmless.
  ///
  /// @param job the job's name, `owner/cluster.proc@host`
  /// @param vm the machine to make room for
  record Claim(String job, VmShape vm) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Claim the host for a job, and land what the job needs. Answered when everything has landed;
  /// [Notice.Landing] tells of the progress. Asking again after a break goes on where the former
  /// attempt stopped.
  ///
  /// @param job the job's name, `owner/cluster.proc@host`
  /// @param vm the machine to run
  /// @param disks in the order of `vm_disk`
  /// @param files export of what is sent besides the disks, as one pack; absent if nothing is
  /// @param restore the saved state to continue from; absent for a start from the disks
  /// @param landing [#LAZY] or [#FULL]; absent: as the execute host does it
  record Prepare(
      String job,
      VmShape vm,
      List<DiskOrder> disks,
      Optional<String> files,
      Optional<RestoreOrder> restore,
      Optional<String> landing)
      implements Request<Reply.Prepared> {
    /// The machine runs while its disks land. Then the answer comes when they have begun to.
    public static final String LAZY = "LAZY";

    /// The machine runs when its disks have landed.
    public static final String FULL = "FULL";

    @Override
    public Class<Reply.Prepared> replyType() {
      return Reply.Prepared.class;
    }
  }

  /// Start (or, if state was restored, continue) the prepared machine.
  record Start(String job) implements Request<Reply.Started> {
    @Override
    public Class<Reply.Started> replyType() {
      return Reply.Started.class;
    }
  }

  /// How is the job here? Also makes the asking peer the one that is told and may pull.
  record Attach(String job) implements Request<Reply.ClaimStatus> {
    @Override
    public Class<Reply.ClaimStatus> replyType() {
      return Reply.ClaimStatus.class;
    }
  }

  /// Stop the machine and save disk and memory as of one moment. The reply names the exports to
  /// pull; nothing is deleted before [Release].
  record Save(String job) implements Request<Reply.Saved> {
    @Override
    public Class<Reply.Saved> replyType() {
      return Reply.Saved.class;
    }
  }

  /// Freeze disk and memory as of one moment and let the guest go on. The reply names the exports
  /// to pull, as for [Save].
  record Checkpoint(String job) implements Request<Reply.Saved> {
    @Override
    public Class<Reply.Saved> replyType() {
      return Reply.Saved.class;
    }
  }

  /// What [Checkpoint] froze has been stored, or will not be: it may go.
  record CheckpointDone(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Let the guest stand still.
  ///
  /// @param soft whether its memory stays in the host's; else it goes to the host's disk
  record Suspend(String job, boolean soft) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Let a suspended guest go on.
  record Continue(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Stop the machine without saving anything.
  record Kill(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Which disks did the ended job change? The reply names their exports.
  record Outputs(String job) implements Request<Reply.OutputDisks> {
    @Override
    public Class<Reply.OutputDisks> replyType() {
      return Reply.OutputDisks.class;
    }
  }

  /// The claim is over: delete the job's local state. Cached images stay.
  record Release(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  // ---- to a submit agent, from an execute agent that lands an image of its

  /// Take this host into the swarm of an image that is on offer to it.
  ///
  /// @param key of the tickets that others show to pull the image here, in hexadecimal
  /// @param wants the pieces that it lacks, as runs: first, count, first, count …
  /// @param has the pieces that it has, verified, in the same form
  record SwarmJoin(String image, String key, List<Integer> wants, List<Integer> has)
      implements Request<Reply.SwarmJoined> {
    /// Of 4 MiB, in the largest image.
    public static final int MAX_PIECES = 1 << 22;

    @Override
    public Class<Reply.SwarmJoined> replyType() {
      return Reply.SwarmJoined.class;
    }
  }

  /// Which piece to fetch next, and from whom? Waits for up to a second.
  ///
  /// @param fromHere whether the question is what the submit host sends, or what other hosts have
  /// @param done pieces that were fetched and verified
  /// @param failed pieces that did not come, or not right
  record SwarmNext(String image, boolean fromHere, List<Integer> done, List<Integer> failed)
      implements Request<Reply.SwarmPiece> {
    @Override
    public Class<Reply.SwarmPiece> replyType() {
      return Reply.SwarmPiece.class;
    }
  }

  // ---- to a submit agent, from the command line

  /// Queue the jobs of a submit description file.
  ///
  /// @param file absolute path
  /// @param directory what relative paths in it are relative to
  /// @param owner whose job it is
  /// @param environment what `$ENV(…)` in it means: the user's variables, not the agent's
  record Submit(String file, String directory, String owner, Map<String, String> environment)
      implements Request<Reply.Submitted> {
    @Override
    public Class<Reply.Submitted> replyType() {
      return Reply.Submitted.class;
    }
  }

  /// Jobs of the queue, in order of their names.
  ///
  /// @param history those that are over, instead of those that are not
  /// @param after only names behind this one
  record ListJobs(boolean history, String after) implements Request<Reply.Jobs> {
    @Override
    public Class<Reply.Jobs> replyType() {
      return Reply.Jobs.class;
    }
  }

  /// Tell everything that happened and happens to a job, from the beginning, as [Notice.Happened].
  record Watch(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Take the job off its execute host, with a checkpoint if the job asks for them.
  record Evict(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Stop the job, with a checkpoint if it asks for them, and keep it in the queue without trying
  /// it again.
  record Hold(String job, String reason) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Let the job's guest stand still where it is.
  record SuspendJob(String job, boolean soft) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Let it go on.
  record ContinueJob(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Make a checkpoint of the job's running guest.
  record CheckpointJob(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Stop the job and take it out of the queue. Its checkpoints stay in the store.
  record Remove(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  /// Try a held job again.
  record ReleaseHold(String job) implements Request<Reply.Done> {
    @Override
    public Class<Reply.Done> replyType() {
      return Reply.Done.class;
    }
  }

  // ---- to any agent, from the command line

  /// What is there to copy? The reply names exports that may be pulled until the link closes.
  ///
  /// @param path `NAME/REST`, below one of the agent's copy directories
  /// @param include patterns of files to take from a directory; none for all
  /// @param exclude patterns to leave out
  record OfferCopy(String path, List<String> include, List<String> exclude)
      implements Request<Reply.CopyOffer> {
    @Override
    public Class<Reply.CopyOffer> replyType() {
      return Reply.CopyOffer.class;
    }
  }

  /// Land what the asking side serves. Answered when it has landed; [Notice.Landing] tells of the
  /// progress.
  ///
  /// @param path `NAME/REST`, below one of the agent's copy directories; must be free
  /// @param export what to pull it by
  /// @param directory whether it is a tree
  record TakeCopy(String path, String export, boolean directory)
      implements Request<Reply.CopyTaken> {
    @Override
    public Class<Reply.CopyTaken> replyType() {
      return Reply.CopyTaken.class;
    }
  }

  /// Say what was said, and what time it is: measures a round trip, a rate and a clock.
  ///
  /// @param padding at most 1 MiB
  record Echo(String padding) implements Request<Reply.Echoed> {
    /// Longer padding is refused.
    public static final int MAX_PADDING = 1 << 20;

    @Override
    public Class<Reply.Echoed> replyType() {
      return Reply.Echoed.class;
    }
  }

  /// Read the configuration again. Refused as a whole if anything in it is wrong.
  record Reload() implements Request<Reply.Reloaded> {
    @Override
    public Class<Reply.Reloaded> replyType() {
      return Reply.Reloaded.class;
    }
  }

  /// How is the agent, for whoever looks for what is wrong with it?
  record Inspect() implements Request<Reply.Inspection> {
    @Override
    public Class<Reply.Inspection> replyType() {
      return Reply.Inspection.class;
    }
  }

  /// How does this agent stand?
  record Status() implements Request<Reply.Status> {
    @Override
    public Class<Reply.Status> replyType() {
      return Reply.Status.class;
    }
  }

  /// How did its last transfers go?
  ///
  /// @param last how many; as many as one reply holds, if that is less
  record Transfers(int last) implements Request<Reply.Transfers> {
    @Override
    public Class<Reply.Transfers> replyType() {
      return Reply.Transfers.class;
    }
  }

  /// What has it counted and measured?
  record Metrics() implements Request<Reply.Metrics> {
    @Override
    public Class<Reply.Metrics> replyType() {
      return Reply.Metrics.class;
    }
  }

  // ---- parts of requests

  /// The machine, without its disks.
  ///
  /// @param memoryMiB `vm_memory`
  /// @param vcpus `vm_vcpus`
  /// @param macAddress `vm_macaddr`
  /// @param networking `nat`, `bridge`, or `any`; absent for no network
  /// @param vnc whether the guest's screen is offered
  /// @param vmware for `vm_type = vmware`
  /// @param xen for a Xen guest whose kernel no BIOS of its own finds
  record VmShape(
      int memoryMiB,
      int vcpus,
      Optional<String> macAddress,
      Optional<String> networking,
      boolean vnc,
      Optional<VmwareShape> vmware,
      Optional<XenShape> xen) {
    /// The kind of network that needs the host to be set up for it.
    public static final String BRIDGE = "bridge";

    /// Whatever network the host has.
    public static final String ANY_NETWORK = "any";
  }

  /// What only a VMware guest has.
  ///
  /// @param vmx text of the user's configuration file
  /// @param snapshotDisk `vmware_snapshot_disk`
  /// @param inPlace whether the disks are used on a shared file system, where they lie
  record VmwareShape(String vmx, boolean snapshotDisk, boolean inPlace) {}

  /// How a Xen guest finds its kernel.
  ///
  /// @param kernel name of the kernel among the files sent; absent if it is in the first disk
  /// @param initrd name of the ramdisk among them
  /// @param root `xen_root`
  /// @param params `xen_kernel_params`
  record XenShape(
      Optional<String> kernel, Optional<String> initrd, Optional<String> root, String params) {}

  /// One disk to land.
  ///
  /// @param device the guest's name for it, e.g. `vda`
  /// @param export what to pull it by
  /// @param writable whether the guest may write it
  /// @param cdrom whether the guest sees a CD-ROM drive
  /// @param profile export of the boot profile of that image, if there is one
  /// @param inPlace where it is on a shared file system, if it is to be used there
  record DiskOrder(
      String device,
      String export,
      boolean writable,
      boolean cdrom,
      Optional<String> profile,
      Optional<InPlace> inPlace) {}

  /// A disk on a shared file system, which is used where it lies and never written.
  ///
  /// @param path the same on both hosts
  /// @param export of its content at the submit host: the names of its chunks come from there
  /// @param fileSystemDomain whose path it is
  record InPlace(String path, String export, String fileSystemDomain) {}

  /// A saved state to land beside the disks.
  ///
  /// @param memoryExport guest RAM, flat
  /// @param deviceStateExport the hypervisor's device state
  /// @param machine what the driver noted when it saved, JSON
  /// @param filesExport what had changed of the files sent besides the disks
  record RestoreOrder(
      String memoryExport,
      String deviceStateExport,
      String machine,
      Optional<String> filesExport) {}
}
