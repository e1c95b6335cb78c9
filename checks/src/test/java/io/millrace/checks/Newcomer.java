package io.millrace.checks;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a newcomer has: an empty folder, Maven without any configuration, and this build in the
 * local repository. The program that a test runs ends with the test.
 */
@Timeout(600)
abstract class Newcomer {

  static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private static Path repository;

  private final HttpClient http = HttpClient.newHttpClient();

  @TempDir Path folder;
  int port;
  private Process process;

  @BeforeAll
  static void install() throws IOException {
    LocalRepository.in(repository, Path.of(System.getProperty("maven.repo")), PROJECT);
  }

  @AfterAll
  static void uninstall() throws IOException {
    LocalRepository.unlink(repository);
  }

  @AfterEach
  final void stop() {
    if (process != null) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  /** Offline if this build is. */
  final MavenRun maven() {
    return System.getProperty("maven.mode").equals("offline=true")
        ? new MavenRun(folder, repository, "-o")
        : new MavenRun(folder, repository);
  }

  /**
   * Runs the project's program, and waits until it serves the browser client. It listens on a free
   * port instead of 8080.
   *
   * @param source where its code is, from the folder
   * @param ports further ports in its code, each with the one that replaces it
   */
  final void run(Path source, int... ports) throws IOException {
    port = FreePorts.find();
    replace(source, 8080, port);
    for (int i = 0; i < ports.length; i += 2) {
      replace(source, ports[i], ports[i + 1]);
    }
    Path output = folder.resolve("output.txt");
    process = maven().start(output, "-q", "compile", "exec:java");
    await()
        .atMost(Duration.ofMinutes(5))
        .ignoreExceptionsInstanceOf(IOException.class) // The server does not listen yet.
        .untilAsserted(
            () -> {
              assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
              assertThat(get("/live/millrace.js").statusCode()).isEqualTo(200);
            });
  }

  private void replace(Path source, int before, int after) throws IOException {
    Path file = folder.resolve(source);
    String text = Files.readString(file);
    String changed = text.replaceAll("\\b" + before + "\\b", String.valueOf(after));
    assertThat(changed).as("a program with the port " + before).isNotEqualTo(text);
    Files.writeString(file, changed);
  }

  /** Returns a request to the program. */
  final HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
  }

  final HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  final HttpResponse<String> get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = request(path);
    return send(headers.length > 0 ? request.headers(headers) : request);
  }
}
