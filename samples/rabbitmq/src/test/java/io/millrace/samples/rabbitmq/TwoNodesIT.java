package io.millrace.samples.rabbitmq;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static io.millrace.tck.Patience.await;
import static java.lang.ProcessBuilder.Redirect.DISCARD;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import io.millrace.tck.RabbitMq;
import io.millrace.testing.Chromium;
import io.millrace.testkit.FreePorts;
import io.millrace.testkit.Needed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The board as packaged: two nodes behind a proxy that knows nothing about Millrace. */
class TwoNodesIT {

  @RegisterExtension static final Needed CHROMIUM = Chromium.NEED;
  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir private Path folder;
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stop() {
    for (Process process : processes) {
      process.descendants().forEach(ProcessHandle::destroyForcibly); // The workers of nginx.
      process.destroyForcibly();
    }
  }

  private Process node(int port) throws IOException {
    return started(board(port), "node-" + port, port);
  }

  private static ProcessBuilder board(int port) {
    ProcessBuilder builder =
        new ProcessBuilder(
            JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "target/rabbitmq.jar");
    builder.environment().put("PORT", String.valueOf(port));
    builder
        .environment()
        .put(
            "RABBITMQ_STOMP",
            "%s:%s@%s:%d"
                .formatted(
                    RABBIT.username(), RABBIT.password(), RABBIT.host(), RABBIT.stompPort()));
    return builder;
  }

  private Process proxy(String name, int port, int one, int two) throws IOException {
    String file = name.equals("nginx") ? "nginx.conf" : "haproxy.cfg";
    String config =
        Files.readString(Path.of("proxies", file))
            .replace("127.0.0.1:8080", "127.0.0.1:" + port)
            .replace("127.0.0.1:8081", "127.0.0.1:" + one)
            .replace("127.0.0.1:8082", "127.0.0.1:" + two);
    String path = Files.writeString(folder.resolve(file), config).toString();
    String program = Needed.find(name).orElseThrow().toString();
    return started(
        name.equals("nginx")
            ? new ProcessBuilder(program, "-p", folder.toString(), "-c", path)
            : new ProcessBuilder(program, "-f", path),
        name,
        port);
  }

  private Process started(ProcessBuilder builder, String name, int port) throws IOException {
    Path log = folder.resolve(name + ".log");
    Process process =
        builder
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    processes.add(process);
    await().atMost(Duration.ofSeconds(60)).until(() -> !process.isAlive() || answers(port));
    assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
    return process;
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  @Test
  void aNodeWhosePortIsTakenSaysSoAndEnds() throws Exception {
    int port = FreePorts.find();
    try (ServerSocket taken = new ServerSocket(port)) {
      Path log = folder.resolve("taken.log");
      Process node =
          board(taken.getLocalPort()).redirectError(log.toFile()).redirectOutput(DISCARD).start();
      processes.add(node);
      assertThat(node.waitFor()).isEqualTo(1);
      assertThat(Files.readString(log))
          .endsWith("order board: port " + port + " is in use; choose another with PORT\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"nginx, nginx-light", "haproxy, haproxy"})
  void thePageSurvivesTheDeathOfEitherNode(String name, String debian) throws Exception {
    Needed.program(name, debian).orSkip();
    int[] ports = {FreePorts.find(), FreePorts.find()};
    Process[] nodes = {node(ports[0]), node(ports[1])};
    int port = FreePorts.find();
    proxy(name, port, ports[0], ports[1]);
    Publishers publishers = new Publishers(RABBIT);
    String language =
        Publishers.need("curl").isHere() ? "curl" : "Java"; // The one that starts faster.
    try (Pages pages = new Pages()) {
      Page page = pages.open(port);
      assertThat(page.locator("#link")).containsText("live over");
      int expected = page.locator(".card").count();
      for (int i = 0; i < 2; i++) {
        publishers.publish(language);
        nodes[i].destroyForcibly().waitFor(); // kill -9
        publishers.publish(language);
        expected += 2;
        assertThat(page.locator(".card")).hasCount(expected);
        nodes[i] = node(ports[i]);
        assertThat(page.locator("#link")).containsText("live over");
      }
      assertThat(page.locator("#trouble")).isHidden();
      assertThat(pages.errors).isEmpty();
    }
  }
}
