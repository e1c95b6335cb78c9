package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

class MicroBenchmarkTest {

  @Test
  void everyBenchmarkRunsWithEachOfItsParameters() throws RunnerException {
    Options options =
        new OptionsBuilder()
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(5))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();

    Collection<RunResult> results = new Runner(options).run();

    assertThat(results)
        .extracting(
            result -> result.getParams().getBenchmark().replaceFirst(".*\\.(.*)\\..*", "$1"))
        .containsOnly(
            "AppendBenchmark",
            "DrainBenchmark",
            "EncodeBenchmark",
            "GapBenchmark",
            "NegotiateBenchmark");
    assertThat(results).hasSize(2 + 2 + 5 + 8 + 6);
    assertThat(results)
        .allSatisfy(result -> assertThat(result.getPrimaryResult().getScore()).isPositive());
  }
}
