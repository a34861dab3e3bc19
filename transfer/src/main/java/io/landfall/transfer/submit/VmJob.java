package io.landfall.transfer.submit;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A job of the vm universe, checked: everything that a driver and the agents need of a submit
/// file.
///
/// @param clusterId jobs of one submission share it, until `executable` changes
/// @param procId from 0 within the cluster
/// @param executable a label that tools show; no file of that name need exist
/// @param type the hypervisor
/// @param memoryMiB guest memory, more than 0
/// @param vcpus guest processors, at least 1
/// @param disks in the order of the file; for VMware those that its `.vmx` names, once it was read
/// @param checkpoint whether an eviction makes a checkpoint
/// @param networking whether the guest has a network
/// @param networkingType the only kind of network that will do; empty: the machine decides
/// @param macAddress of the guest's network card, lower case, if the job names one
/// @param vnc whether the guest's screen is offered over VNC
/// @param noOutput whether nothing at all goes back at completion
/// @param when [WhenToTransferOutput#ON_EXIT_OR_EVICT] exactly if `checkpoint`
/// @param initialDir full path; where results land
/// @param inputFiles full paths of what is sent, directories included
/// @param inputUrls what the execute host fetches by itself
/// @param outputFiles what goes back; empty: whatever changed
/// @param outputRemaps base name to where it lands instead
/// @param log full path of the event log, if wanted
/// @param arguments as written
/// @param xen for [VmType#XEN]
/// @param vmware for [VmType#VMWARE]
/// @param requirements the user's own expression, as written
/// @param attributes further job attributes (`+Name`, `rank`, `priority`, …) as ClassAd expressions
public record VmJob(
    int clusterId,
    int procId,
    String executable,
    VmType type,
    int memoryMiB,
    int vcpus,
    List<VmDisk> disks,
    boolean checkpoint,
    boolean networking,
    Optional<NetworkingType> networkingType,
    Optional<String> macAddress,
    boolean vnc,
    boolean noOutput,
    WhenToTransferOutput when,
    Path initialDir,
    List<Path> inputFiles,
    List<String> inputUrls,
    Optional<List<String>> outputFiles,
    Map<String, String> outputRemaps,
    Optional<Path> log,
    Optional<String> arguments,
    Optional<XenKernel> xen,
    Optional<VmwareImage> vmware,
    Optional<String> requirements,
    Map<String, String> attributes) {

  /// Copies the collections, keeping the order of attributes.
  public VmJob {
    disks = List.copyOf(disks);
    inputFiles = List.copyOf(inputFiles);
    inputUrls = List.copyOf(inputUrls);
    outputFiles = outputFiles.map(List::copyOf);
    outputRemaps = Collections.unmodifiableMap(new LinkedHashMap<>(outputRemaps));
    attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
  }

  /// The same job with other disks, e.g. once the format of each is decided.
  public VmJob withDisks(List<VmDisk> others) {
    return new VmJob(
        clusterId,
        procId,
        executable,
        type,
        memoryMiB,
        vcpus,
        others,
        checkpoint,
        networking,
        networkingType,
        macAddress,
        vnc,
        noOutput,
        when,
        initialDir,
        inputFiles,
        inputUrls,
        outputFiles,
        outputRemaps,
        log,
        arguments,
        xen,
        vmware,
        requirements,
        attributes);
  }

  /// The same job with the `.vmx` read.
  public VmJob withVmware(VmwareImage image) {
    return new VmJob(
        clusterId,
        procId,
        executable,
        type,
        memoryMiB,
        vcpus,
        disks,
        checkpoint,
        networking,
        networkingType,
        macAddress,
        vnc,
        noOutput,
        when,
        initialDir,
        inputFiles,
        inputUrls,
        outputFiles,
        outputRemaps,
        log,
        arguments,
        xen,
        Optional.of(image),
        requirements,
        attributes);
  }

  /// The job's name in a queue: `12.0`.
  public String id() {
    return clusterId + "." + procId;
  }
}
