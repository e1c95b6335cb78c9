package io.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The cores of a server, so that it and the load client do not use the same ones.
 *
 * @param cores in the form of {@code taskset -c}; empty for any
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
