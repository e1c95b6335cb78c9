package io.millrace.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A command that may be installed. */
final class Executable {

  /** Servers are often there, and not on the path of those who are not root. */
  private static final String FURTHER = ":/usr/sbin:/usr/local/sbin";

  private Executable() {}

  static Optional<Path> named(String name) {
    return Stream.of((System.getenv("PATH") + FURTHER).split(":", -1))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Returns the path of one that is installed. */
  static String path(String name) {
    return named(name).orElseThrow().toString();
  }

  /** Returns the first line that one prints, such as its version; empty if it is not installed. */
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
