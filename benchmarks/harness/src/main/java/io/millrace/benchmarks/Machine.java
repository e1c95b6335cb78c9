package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Describes the machine and the software with which the results were measured. */
final class Machine {

  private static final List<String> SHOWN =
      List.of(
          "vertx-core",
          "netty-transport",
          "cometd-java-server-common",
          "jetty-server",
          "spring-messaging",
          "tomcat-embed-core");

  private final Steal steal = new Steal();

  /** Starts to measure what other machines take. */
  Machine() throws IOException {}

  /** Returns it as a Markdown list. */
  String describe(Servers servers) throws IOException {
    return """
        - CPU: %s, %d cores
        - taken by other machines meanwhile (steal): %.1f %% of the CPU time
        - memory: %s
        - system: %s %s
        - Java: %s %s
        - libraries: %s
        - installed: %s
        """
        .formatted(
            field("/proc/cpuinfo", "model name"),
            cores(),
            100 * steal.share(),
            field("/proc/meminfo", "MemTotal"),
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"),
            libraries(servers.folders()),
            servers.versions());
  }

  private static String field(String file, String name) throws IOException {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    }
  }

  /** All cores, not only those that this process is bound to. */
  private static long cores() throws IOException {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines.filter(line -> line.startsWith("processor")).count();
    }
  }

  private static String libraries(List<Path> folders) throws IOException {
    List<String> libraries = new ArrayList<>();
    for (Path folder : folders) {
      try (Stream<Path> jars = Files.list(folder)) {
        jars.map(jar -> jar.getFileName().toString().replace(".jar", ""))
            .filter(name -> SHOWN.stream().anyMatch(shown -> name.matches(shown + "-[0-9].*")))
            .forEach(libraries::add);
      }
    }
    return libraries.stream().distinct().sorted().collect(Collectors.joining(", "));
  }
}
