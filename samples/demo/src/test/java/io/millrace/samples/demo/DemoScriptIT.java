package io.millrace.samples.demo;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code ./demo} itself, as packaged by this build. */
class DemoScriptIT {

  @TempDir private Path folder;
  private Process process;

  private Path out;
  private Path err;

  private void run(String port, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("./demo"));
    command.addAll(List.of(arguments));
    start(port, command);
  }

  private void start(String port, List<String> command) throws IOException {
    out = folder.resolve("out");
    err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(Path.of("../..").toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().put("PORT", port);
    process = builder.start();
  }

  @AfterEach
  void kill() {
    process.destroyForcibly();
  }

  private String complaint() throws Exception {
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isNotZero();
    assertThat(out).isEmptyFile();
    assertThat(complaints()).hasSize(1);
    return complaints().get(0);
  }

  /** What it prints except its log, which reports on the same stream that the node starts. */
  private List<String> complaints() throws IOException {
    return Files.readAllLines(err).stream().filter(line -> !line.contains(" INFO ")).toList();
  }

  @Test
  void itAnswersAndStopsCleanly() throws Exception {
    int port = FreePorts.find();
    String url = "http://localhost:" + port + "/";
    run(String.valueOf(port));

    await()
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> assertThat(out).content().contains(url));
    HttpResponse<String> page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(URI.create(url)).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(page.statusCode()).isEqualTo(200);

    process.destroy();
    assertThat(process.waitFor(15, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    assertThat(complaints()).isEmpty();
  }

  @Test
  void aPortInUseIsToldInOneLine() throws Exception {
    try (ServerSocket taken = new ServerSocket(0)) {
      run(String.valueOf(taken.getLocalPort()));
      assertThat(complaint()).contains(String.valueOf(taken.getLocalPort())).contains("in use");
    }
  }

  @Test
  void wrongOptionsAreToldInOneLine() throws Exception {
    run("0", "--bogus");
    assertThat(complaint()).contains("--bogus");
    run("elsewhere");
    assertThat(complaint()).contains("elsewhere");
    run("0", "--feed", "news");
    assertThat(complaint()).contains("name=url");
    run("0", "--broker", "telegraph");
    assertThat(complaint()).contains("stomp-stream").contains("telegraph");
    run("0", "--broker-url", "stomp://localhost");
    assertThat(complaint()).contains("memory");
    run("0", "--broker", "stomp", "--broker-url", "http://localhost");
    assertThat(complaint()).contains("stomp");
    run("0", "--feeds", "no/such/file");
    assertThat(complaint()).contains("no/such/file");
  }

  @Test
  void aJarWithoutItsFolderSaysWhatItNeedsInOneLine() throws Exception {
    Path jar = Files.copy(Path.of("target/demo.jar"), folder.resolve("demo.jar"));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> command = List.of(java, "-jar", jar.toString(), "--help");
    start("0", command);
    assertThat(complaint()).startsWith("demo: ").contains("lib").contains("./demo");

    // It fails even if only one of them is missing.
    Path lib = Files.createDirectory(folder.resolve("lib"));
    try (Stream<Path> files = Files.list(Path.of("target/lib").toAbsolutePath())) {
      for (Path file : files.filter(each -> !each.toString().contains("rome")).toList()) {
        Files.createSymbolicLink(lib.resolve(file.getFileName()), file);
      }
    }
    start("0", command);
    assertThat(complaint()).contains("rome");
  }
}
