package io.millrace.benchmarks;

import io.millrace.testkit.Needed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** A command that may be installed. */
final class Executable {

  private Executable() {}

  static Optional<Path> named(String name) {
    return Needed.find(name);
  }

  /** Returns the path of a command, if it is installed. */
  static String path(String name) {
    return named(name).orElseThrow().toString();
  }

  /**
   * Returns the first line that a command prints, such as its version; empty if it is not
   * installed.
   */
  static Optional<String> says(String name, String option) throws IOException {
    Optional<Path> found = named(name);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Process process =
        new ProcessBuilder(found.get().toString(), option).redirectErrorStream(true).start();
    try (BufferedReader out = process.inputReader()) {
      return out.lines().findFirst();
    }
  }
}
