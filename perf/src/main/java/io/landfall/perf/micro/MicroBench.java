package io.landfall.perf.micro;

import io.landfall.perf.measure.Spread;
import io.landfall.perf.worker.WorkerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/// Runs all micro benchmarks, each in a JVM of its own with an agent's options.
public final class MicroBench {
  private static final int WARM_UP_ITERATIONS = 3;
  private static final TimeValue ITERATION = TimeValue.milliseconds(500);
  private static final TimeValue QUICK_ITERATION = TimeValue.milliseconds(20);

  private MicroBench() {}

  /// Runs them.
  ///
  /// @param iterations that count
  /// @param quick one fork for all and short iterations: shows that they run, measures nothing
  public static List<MicroResult> run(int iterations, boolean quick) throws IOException {
    TimeValue time = quick ? QUICK_ITERATION : ITERATION;
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include(MicroBench.class.getPackageName() + "\\.")
            .jvmArgs(WorkerProcess.options().toArray(String[]::new))
            .forks(quick ? 0 : 1)
            .warmupIterations(quick ? 1 : WARM_UP_ITERATIONS)
            .warmupTime(time)
            .measurementIterations(iterations)
            .measurementTime(time)
            .shouldFailOnError(true)
            .verbosity(quick ? VerboseMode.SILENT : VerboseMode.NORMAL);
    try {
      return results(new Runner(options.build()).run());
    } catch (RunnerException e) {
      throw new IOException("micro benchmarks: " + e.getMessage(), e);
    }
  }

  private static List<MicroResult> results(Collection<RunResult> runs) {
    List<MicroResult> results = new ArrayList<>();
    for (RunResult run : runs) {
      List<Double> scores = new ArrayList<>();
      for (BenchmarkResult fork : run.getBenchmarkResults()) {
        fork.getIterationResults()
            .forEach(iteration -> scores.add(iteration.getPrimaryResult().getScore()));
      }
      results.add(
          new MicroResult(
              name(run.getParams()), run.getPrimaryResult().getScoreUnit(), Spread.of(scores)));
    }
    return results;
  }

  private static String name(BenchmarkParams params) {
    String name = params.getBenchmark().substring(MicroBench.class.getPackageName().length() + 1);
    StringBuilder whole = new StringBuilder(name);
    for (String key : params.getParamsKeys()) {
      whole.append(' ').append(key).append('=').append(params.getParam(key));
    }
    return whole.toString();
  }
}
