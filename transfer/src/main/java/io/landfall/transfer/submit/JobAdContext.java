package io.landfall.transfer.submit;

import io.landfall.transfer.config.FileLookup;
import java.util.Optional;

/// What a job ad says beyond the submit file.
///
/// @param owner the user's name on the submit host
/// @param host the submit host's name
/// @param fileSystemDomain `FILESYSTEM_DOMAIN` of the submit host
/// @param arch `ARCH` of the submit host, which execute hosts must share
/// @param queueTime seconds since 1970
/// @param appendRequirements `APPEND_REQ_VM`, or else `APPEND_REQUIREMENTS`
/// @param files for the sizes of inputs
public record JobAdContext(
    String owner,
    String host,
    String fileSystemDomain,
    String arch,
    long queueTime,
    Optional<String> appendRequirements,
    FileLookup files) {}
