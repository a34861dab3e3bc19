package io.landfall.perf.worker;

import io.landfall.perf.rig.Host;
import io.landfall.perf.rig.Rig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/// A worker in the rig, seen from the bench. One thread at a time.
public final class WorkerProcess implements AutoCloseable {
  private final JsonMapper json = new JsonMapper();
  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;

  private WorkerProcess(Process process) {
    this.process = process;
    this.orders = process.outputWriter();
    this.answers = process.inputReader();
  }

  /// Starts one with the options that this JVM was started with: the launcher starts `bench` as it
  /// starts an agent.
  public static WorkerProcess start(Rig rig) throws IOException {
    return start(rig, Host.EXECUTE);
  }

  /// Starts one on a host.
  public static WorkerProcess start(Rig rig, Host host) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    command.addAll(options());
    // A network namespace has no hardware address, about which Netty would warn.
    command.add("-Dio.netty.machineId=02:00:00:00:00:01");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Worker.class.getName());
    return new WorkerProcess(rig.command(host, command).start());
  }

  /// The JVM options of this process and so of the workers.
  public static List<String> options() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agentlib") && !option.startsWith("-javaagent"))
        .toList();
  }

  /// Gives an order and waits until it is carried out.
  ///
  /// @return the figures it tells
  /// @throws IOException if it failed, with what the worker says
  public Map<String, Double> tell(Order order) throws IOException {
    orders.write(json.writerFor(Order.class).writeValueAsString(order) + "\n");
    orders.flush();
    String line = answers.readLine();
    // A JVM that records itself says so on standard output, before the first answer.
    while (line != null && !line.startsWith("{")) {
      line = answers.readLine();
    }
    if (line == null) {
      throw new IOException(order.getClass().getSimpleName() + ": the worker process has ended");
    }
    Answer answer = json.readValue(line, Answer.class);
    if (!answer.error().isEmpty()) {
      throw new IOException(order.getClass().getSimpleName() + ": " + answer.error());
    }
    return answer.figures();
  }

  /// The process, for its processor time.
  public ProcessHandle handle() {
    return process.toHandle();
  }

  @Override
  public void close() throws IOException {
    try {
      orders.close();
    } finally {
      Rig.stop(process);
    }
  }
}
