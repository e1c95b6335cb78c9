package io.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Which cores a server gets, so that it and the load client do not take each other's.
 *
 * @param cores as {@code taskset -c} has them; empty for any
 */
record Placement(String cores) {

  List<String> place(List<String> command) {
    if (cores.isEmpty() || !Files.isExecutable(Path.of("/usr/bin/taskset"))) {
      return command;
    }
    List<String> placed = new ArrayList<>(List.of("taskset", "-c", cores));
    placed.addAll(command);
    return placed;
  }
}
