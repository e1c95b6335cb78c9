package io.millrace.checks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs the Maven of whoever builds this project, without any configuration. */
final class MavenRun {

  private final Path folder;
  private final Path repository;
  private final List<String> options;

  MavenRun(Path folder, Path repository, String... options) {
    this.folder = folder;
    this.repository = repository;
    this.options = List.of(options);
  }

  /** Starts Maven; its output goes to a file. */
  Process start(Path output, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("maven.home"), "bin", "mvn").toString());
    command.addAll(
        List.of("-B", "-ntp", "-Dstyle.color=never", "-Dmaven.repo.local=" + repository));
    command.addAll(options);
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("MAVEN_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    return builder.start();
  }

  /** Runs Maven, and returns its output. */
  String run(String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "maven", ".log");
    Process maven = start(output, arguments);
    int status = maven.waitFor();
    String said = Files.readString(output, StandardCharsets.UTF_8);
    if (status != 0) {
      throw new AssertionError("Maven failed in " + folder + ":\n" + said);
    }
    return said;
  }
}
