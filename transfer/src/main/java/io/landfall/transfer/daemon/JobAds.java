package io.landfall.transfer.daemon;

import io.landfall.transfer.classad.ClassAd;
import io.landfall.transfer.config.FileLookup;
import io.landfall.transfer.submit.JobAd;
import io.landfall.transfer.submit.JobAdContext;

/// Ads of jobs in the queue: what the submit file asks for, and what has become of it since.
final class JobAds {
  private JobAds() {}

  static ClassAd of(Job job, AgentSettings settings) {
    ClassAd.Builder ad =
        JobAd.of(
                job.vm(),
                new JobAdContext(
                    job.key().owner(),
                    settings.name(),
                    settings.machine().fileSystemDomain(),
                    settings.machine().arch(),
                    job.submitted().getEpochSecond(),
                    settings.appendRequirements(),
                    FileLookup.system()))
            .edit();
    ad.set("JobStatus", job.status().code());
    job.host().ifPresent(host -> ad.set("LastRemoteHost", host));
    if (job.status() == JobStatus.HELD) {
      ad.set("HoldReason", job.reason().orElse(""))
          .set("HoldReasonCode", job.holdCode())
          .set("HoldReasonSubCode", job.holdSubCode());
    }
    if (job.checkpoint().isPresent()) {
      ad.set("CkptArch", settings.machine().arch());
      job.vm().macAddress().ifPresent(mac -> ad.set("VM_CkptMac", mac));
    }
    return ad.build();
  }
}
