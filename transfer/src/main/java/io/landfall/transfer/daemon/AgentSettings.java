package io.landfall.transfer.daemon;

import io.landfall.store.checkpoint.StoreSettings;
import io.landfall.transfer.lifecycle.drivers.DriverSettings;
import io.landfall.transfer.web.Listen;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Everything an agent is configured with, typed and checked once.
///
/// @param name this host's name in the pool
/// @param roles what the agent does
/// @param listen where it listens; port 0 for any free one
/// @param spool submit role: `SPOOL`; the store, the queue and the image indexes are in `landfall`
///   below it
/// @param execute execute role: `EXECUTE`; images and machines are in `landfall` below it
/// @param executeHosts submit role: whom to send jobs to
/// @param hypervisor execute role: which driver, `auto` for the best that works here
/// @param vmTypes execute role: words of `vm_type` it takes
/// @param vmMemoryMiB execute role: `VM_MEMORY`, the memory of all machines together
/// @param vmMaxNumber execute role: `VM_MAX_NUMBER`, how many machines at once
/// @param bridge execute role: `VM_NETWORKING_BRIDGE_INTERFACE`, the host's bridge for jobs that
///   want one
/// @param jobLease submit role: how long a silent execute host keeps its job before the job may run
///   elsewhere
/// @param machine what an execute host says of itself; its architecture and its file system domain
///   count for a submit host too
/// @param transfers how much it moves at once
/// @param appendRequirements submit role: `APPEND_REQ_VM`, or else `APPEND_REQUIREMENTS`
/// @param security how it proves itself, and whom it lets in
/// @param store submit role: how the checkpoint store is written
/// @param copyDirectories what `landfall copy` may read and write here
/// @param checkpointInterval submit role: `LANDFALL_CHECKPOINT_INTERVAL`, how often running jobs
///   with `vm_checkpoint` are checkpointed if they do not say so themselves; 0 for at evictions
///   only
/// @param drivers execute role: what hypervisors are told besides
/// @param http `LANDFALL_HTTP_LISTEN`, where the status page is served; nowhere without it
public record AgentSettings(
    String name,
    Set<Role> roles,
    InetSocketAddress listen,
    Path spool,
    Path execute,
    List<InetSocketAddress> executeHosts,
    String hypervisor,
    List<String> vmTypes,
    int vmMemoryMiB,
    int vmMaxNumber,
    Optional<String> bridge,
    Duration jobLease,
    MachinePolicy machine,
    TransferLimits transfers,
    Optional<String> appendRequirements,
    AgentSecurity security,
    StoreSettings store,
    CopyDirectories copyDirectories,
    Duration checkpointInterval,
    DriverSettings drivers,
    Optional<Listen> http) {

  /// These settings, as far as they can change while an agent runs that was started with `started`;
  /// the rest as it was then.
  AgentSettings whileRunning(AgentSettings started) {
    AgentSecurity proof = started.security;
    return new AgentSettings(
        started.name,
        started.roles,
        started.listen,
        started.spool,
        started.execute,
        started.executeHosts,
        started.hypervisor,
        vmTypes,
        vmMemoryMiB,
        vmMaxNumber,
        bridge,
        jobLease,
        machine,
        transfers,
        appendRequirements,
        new AgentSecurity(proof.pool(), proof.encryption(), security.submitHosts()),
        store,
        started.copyDirectories,
        checkpointInterval,
        started.drivers,
        started.http);
  }

  /// What an agent does; one daemon may do both.
  public enum Role {
    SUBMIT,
    EXECUTE
  }
}
