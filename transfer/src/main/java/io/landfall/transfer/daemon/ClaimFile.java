package io.landfall.transfer.daemon;

import io.landfall.store.io.DurableFiles;
import io.landfall.transfer.control.ControlJson;
import io.landfall.transfer.control.Reply.ClaimStatus.Phase;
import io.landfall.transfer.control.Request;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What an execute agent must remember of a claim, in one small file that is replaced as a whole:
/// durable before it is acted on.
final class ClaimFile {
  static final String NAME = "claim.json";

  private final Path file;
  private volatile State state;

  /// Everything in the file.
  ///
  /// @param images ImageId of each landed disk, by device
  /// @param memoryFile name of the saved guest RAM in the claim's directory
  /// @param machine what the driver noted when it saved
  /// @param exports directory of the socket where bases that have not landed are served
  record State(
      String job,
      Phase phase,
      Optional<Request.Prepare> order,
      Map<String, String> images,
      Optional<String> memoryFile,
      Optional<String> machine,
      long pauseMillis,
      Optional<String> ended,
      Optional<String> exports) {}

  private ClaimFile(Path file, State state) {
    this.file = file;
    this.state = state;
  }

  /// A claim that is not on disk yet.
  static ClaimFile fresh(Path directory, String job) {
    return new ClaimFile(
        directory.resolve(NAME),
        new State(
            job,
            Phase.NONE,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty()));
  }

  static ClaimFile load(Path directory) throws IOException {
    Path file = directory.resolve(NAME);
    return new ClaimFile(file, ControlJson.read(Files.readString(file), State.class));
  }

  String job() {
    return state.job();
  }

  Phase phase() {
    return state.phase();
  }

  Optional<Request.Prepare> order() {
    return state.order();
  }

  /// The orders for its disks.
  List<Request.DiskOrder> orders() {
    return order().map(Request.Prepare::disks).orElse(List.of());
  }

  /// Those that the guest may write.
  List<Request.DiskOrder> writable() {
    return orders().stream().filter(Request.DiskOrder::writable).toList();
  }

  /// The order for one of the claim's disks.
  Request.DiskOrder disk(String device) {
    return order().orElseThrow().disks().stream()
        .filter(disk -> disk.device().equals(device))
        .findFirst()
        .orElseThrow();
  }

  Map<String, String> images() {
    return state.images();
  }

  Optional<Path> exports() {
    return state.exports().map(Path::of);
  }

  String memoryFile() {
    return state.memoryFile().orElseThrow();
  }

  String machine() {
    return state.machine().orElseThrow();
  }

  long pauseMillis() {
    return state.pauseMillis();
  }

  Optional<String> ended() {
    return state.ended();
  }

  void landing(Request.Prepare order) throws IOException {
    write(
        new State(
            state.job(),
            Phase.LANDING,
            Optional.of(order),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            0,
            Optional.empty(),
            Optional.empty()));
  }

  /// Bases are served there from now on.
  void exporting(Path directory) throws IOException {
    write(
        new State(
            state.job(),
            state.phase(),
            state.order(),
            state.images(),
            state.memoryFile(),
            state.machine(),
            state.pauseMillis(),
            state.ended(),
            Optional.of(directory.toString())));
  }

  void prepared(Map<String, String> images) throws IOException {
    write(with(Phase.PREPARED, images, Optional.empty()));
  }

  void running() throws IOException {
    write(with(Phase.RUNNING, state.images(), Optional.empty()));
  }

  void ended(String reason) throws IOException {
    write(with(Phase.ENDED, state.images(), Optional.of(reason)));
  }

  void saved(String memoryFile, String machine, long pauseMillis) throws IOException {
    write(
        new State(
            state.job(),
            Phase.SAVED,
            state.order(),
            state.images(),
            Optional.of(memoryFile),
            Optional.of(machine),
            pauseMillis,
            Optional.empty(),
            state.exports()));
  }

  /// The claim is over; the file goes with its directory.
  void none() {
    state = with(Phase.NONE, Map.of(), Optional.empty());
  }

  private State with(Phase phase, Map<String, String> images, Optional<String> ended) {
    return new State(
        state.job(),
        phase,
        state.order(),
        images,
        state.memoryFile(),
        state.machine(),
        state.pauseMillis(),
        ended,
        state.exports());
  }

  private void write(State next) throws IOException {
    DurableFiles.replace(file, ControlJson.write(next).getBytes(StandardCharsets.UTF_8));
    state = next;
  }
}
