package io.millrace.tck;

import static io.millrace.tck.Patience.await;

import io.millrace.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** A RabbitMQ server, however it is run. Safe on any thread; all calls block. */
abstract class RabbitMqServer {

  /** Not guest, which may connect only from the server's own loopback address. */
  static final String USERNAME = "millrace";

  static final String PASSWORD = "secret-of-tests";

  static final String PLUGINS =
      "[rabbitmq_stomp,rabbitmq_web_stomp,rabbitmq_amqp1_0,rabbitmq_stream,rabbitmq_management].\n";

  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** How many times a command is sent to a server that is too busy to take it. */
  private static final int ATTEMPTS = 5;

  /** What rabbitmqctl prints if it did not reach the server, and so has done nothing. */
  private static final String NOT_REACHED = "unable to perform an operation on node";

  /** The ports, the same inside a container and outside. */
  record Ports(int amqp, int stomp, int webStomp, int stream, int management) {

    List<Integer> all() {
      return List.of(amqp, stomp, webStomp, stream, management);
    }
  }

  private final Ports ports;
  private final ReentrantLock lock = new ReentrantLock();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(2))
          .build();

  RabbitMqServer() {
    List<Integer> free = FreePorts.find(5);
    ports = new Ports(free.get(0), free.get(1), free.get(2), free.get(3), free.get(4));
  }

  final Ports ports() {
    return ports;
  }

  final URI managementUrl() {
    return URI.create("http://127.0.0.1:" + ports.management() + "/api/");
  }

  /** The configuration file of a server that listens on this address. */
  final String configuration(String address) {
    return """
        listeners.tcp.1 = %1$s:%2$d
        stomp.listeners.tcp.1 = %1$s:%3$d
        web_stomp.tcp.ip = %1$s
        web_stomp.tcp.port = %4$d
        stream.listeners.tcp.1 = %1$s:%5$d
        management.tcp.ip = %1$s
        management.tcp.port = %6$d
        default_user = %7$s
        default_pass = %8$s
        default_user_tags.administrator = true
        disk_free_limit.absolute = 50MB
        """
        .formatted(
            address,
            ports.amqp(),
            ports.stomp(),
            ports.webStomp(),
            ports.stream(),
            ports.management(),
            USERNAME,
            PASSWORD);
  }

  abstract boolean running();

  abstract void launch();

  /** Ends the server, in an orderly way or by force. */
  abstract void end(boolean force);

  /** Copies the server's data, while it is stopped. */
  abstract void save();

  /** Sets the server's data back to the copy, while it is stopped. */
  abstract void restore();

  /** The server's log. */
  abstract String log();

  /** Runs a command where the server runs. */
  abstract String run(List<String> command);

  final void start() {
    lock.lock();
    try {
      if (!running()) {
        launch();
        awaitService();
      }
    } finally {
      lock.unlock();
    }
  }

  final void stop() {
    endIfRunning(false);
  }

  final void kill() {
    endIfRunning(true);
  }

  private void endIfRunning(boolean force) {
    lock.lock();
    try {
      if (running()) {
        end(force);
      }
    } finally {
      lock.unlock();
    }
  }

  final String rabbitmqctl(String... arguments) {
    List<String> command = Stream.concat(Stream.of("rabbitmqctl"), Stream.of(arguments)).toList();
    for (int attempt = 1; ; attempt++) {
      try {
        return run(command);
      } catch (IllegalStateException e) {
        if (attempt == ATTEMPTS || !String.valueOf(e.getMessage()).contains(NOT_REACHED)) {
          throw e;
        }
      }
    }
  }

  final String manage(String method, String path, String json) {
    HttpRequest request =
        management(path, Duration.ofSeconds(60))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() >= 300) {
        throw new IllegalStateException(
            method + " " + path + ": " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new IllegalStateException("RabbitMQ's management does not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest.Builder management(String path, Duration timeout) {
    byte[] credentials = (USERNAME + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
    return HttpRequest.newBuilder(managementUrl().resolve(path))
        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials))
        .timeout(timeout);
  }

  private void awaitService() {
    try {
      await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .failFast("RabbitMQ has ended.", () -> !running())
          .until(() -> ports.all().stream().allMatch(this::listens));
    } catch (RuntimeException e) {
      String log = log();
      if (running()) {
        end(true);
      }
      throw new IllegalStateException("RabbitMQ does not serve. Its log:\n" + log, e);
    }
  }

  /** Asks the server itself, because the forwarder of a container's ports always accepts. */
  private boolean listens(int port) {
    HttpRequest request =
        management("health/checks/port-listener/" + port, Duration.ofSeconds(5)).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
