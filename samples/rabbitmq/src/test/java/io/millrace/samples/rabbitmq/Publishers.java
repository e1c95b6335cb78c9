package io.millrace.samples.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tck.RabbitMq;
import io.millrace.testkit.Needed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The programs in {@code publishers}, run as a user runs them. */
final class Publishers {

  private static final Path FOLDER = Path.of("publishers").toAbsolutePath();

  private final RabbitMq rabbit;

  Publishers(RabbitMq rabbit) {
    this.rabbit = rabbit;
  }

  /** The command that publishes one order in a language. */
  List<String> command(String language) {
    String stomp = rabbit.host() + ":" + rabbit.stompPort();
    List<String> command =
        switch (language) {
          case "Java" ->
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "Publish.java",
                  stomp);
          case "Python" -> List.of("python3", "publish.py", stomp);
          case "Node" -> List.of("node", "publish.mjs", stomp);
          default -> List.of("./publish.sh", rabbit.managementUrl().resolve("/").toString());
        };
    List<String> complete = new ArrayList<>(command);
    complete.add(rabbit.username());
    complete.add(rabbit.password());
    return complete;
  }

  void publish(String language) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command(language))
            .directory(FOLDER.toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /** What the program in a language needs on this machine. */
  static Needed need(String language) {
    return switch (language) {
      case "Python" -> Needed.program("python3", "python3");
      case "Node" -> Needed.program("node", "nodejs");
      case "curl" -> Needed.program("curl", "curl");
      default -> Needed.of("Java", "apt-get install default-jdk-headless", () -> true);
    };
  }
}
