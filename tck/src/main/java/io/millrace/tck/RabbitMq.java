package io.millrace.tck;

import io.millrace.testkit.Needed;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * A RabbitMQ server for tests, with STOMP (also over WebSocket), AMQP 1.0, streams and management,
 * as a JUnit extension:
 *
 * <pre>{@code
 * @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();
 * }</pre>
 *
 * <p>If Testcontainers is on the class path and a Docker engine on this machine answers, the server
 * runs in a container; otherwise it is the installed {@code rabbitmq-server}, with a private
 * folder. Either way it listens on private ports of the loopback address, and all tests of the JVM
 * share it. It is started before each test, if it does not run, and ends with the JVM, however that
 * ends. If there is neither Docker nor an installed server, tests are skipped, as {@link Needed}
 * says.
 *
 * <p>The system property {@value #IMAGE} names an image to use instead of {@value #DEFAULT_IMAGE}.
 * All methods block; they are safe on any thread except an event loop.
 */
public final class RabbitMq
    implements ExecutionCondition,
        BeforeAllCallback,
        BeforeEachCallback,
        AfterTestExecutionCallback {

  /** The system property that names the image of the container. */
  public static final String IMAGE = "millrace.rabbitmq.image";

  /** The image of the container, unless another is named. */
  public static final String DEFAULT_IMAGE = "rabbitmq:4-management";

  private static final int LAST_LINES = 200;

  private static final Needed NEED =
      Needed.of(
          "RabbitMQ", "apt-get install rabbitmq-server", () -> dockerAnswers() || isInstalled());

  private static final ReentrantLock LOCK = new ReentrantLock();
  private static Optional<RabbitMqServer> shared = Optional.empty();

  /** Makes an extension. The server starts with the first test that uses one. */
  public RabbitMq() {}

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return NEED.evaluateExecutionCondition(context);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    start();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    start();
  }

  /** Prints the end of the server's log if the test failed, because the log does not remain. */
  @Override
  public void afterTestExecution(ExtensionContext context) {
    context
        .getExecutionException()
        .filter(failure -> !(failure instanceof TestAbortedException))
        .ifPresent(
            failure -> {
              List<String> log = server().log().lines().toList();
              System.err.println("The end of RabbitMQ's log, " + context.getDisplayName() + ":");
              log.stream().skip(Math.max(0, log.size() - LAST_LINES)).forEach(System.err::println);
            });
  }

  private static RabbitMqServer server() {
    LOCK.lock();
    try {
      if (shared.isEmpty()) {
        shared = Optional.of(create());
      }
      return shared.get();
    } finally {
      LOCK.unlock();
    }
  }

  private static RabbitMqServer create() {
    if (dockerAnswers()) {
      return new RabbitMqContainer(System.getProperty(IMAGE, DEFAULT_IMAGE));
    }
    return LocalRabbitMq.find()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "These tests need RabbitMQ. Either install it (on Debian: apt-get install rabbitmq-server)"
                        + " or start Docker, with org.testcontainers:testcontainers on the class path."));
  }

  /** {@return what this extension needs, for tests that start RabbitMQ in another way} */
  public static Needed need() {
    return NEED;
  }

  /** {@return whether {@code rabbitmq-server} is installed on this machine} */
  public static boolean isInstalled() {
    return LocalRabbitMq.scripts().isPresent();
  }

  private static boolean dockerAnswers() {
    try {
      return RabbitMqContainer.dockerAnswers();
    } catch (NoClassDefFoundError withoutTestcontainers) {
      return false;
    }
  }

  /** {@return the address that all ports are on} */
  public String host() {
    return "127.0.0.1";
  }

  /** {@return the port for AMQP, both 0-9-1 and 1.0} */
  public int amqpPort() {
    return server().ports().amqp();
  }

  /** {@return the port for STOMP} */
  public int stompPort() {
    return server().ports().stomp();
  }

  /** {@return the port for STOMP over WebSocket, whose path is {@code /ws}} */
  public int webStompPort() {
    return server().ports().webStomp();
  }

  /** {@return the port for RabbitMQ's stream protocol} */
  public int streamPort() {
    return server().ports().stream();
  }

  /** {@return the root URL of the HTTP API for management; it ends with a slash} */
  public URI managementUrl() {
    return server().managementUrl();
  }

  /** {@return the name of a user who may do everything in the virtual host {@code /}} */
  public String username() {
    return RabbitMqServer.USERNAME;
  }

  /** {@return that user's password} */
  public String password() {
    return RabbitMqServer.PASSWORD;
  }

  /** Starts the server, unless it is running, and waits until it serves. It keeps its data. */
  public void start() {
    server().start();
  }

  /** Stops the server in an orderly way, if it is running, and waits until it has ended. */
  public void stop() {
    server().stop();
  }

  /** Kills the server as {@code kill -9} does, if it is running, and waits until it has ended. */
  public void kill() {
    server().kill();
  }

  /**
   * Copies the data of the server, which must not be running. Aborts the test if it is a container.
   *
   * @throws IllegalStateException if the server is running
   */
  public void save() {
    server().save();
  }

  /**
   * Sets the server's data back to what it was at {@link #save}, like a restored backup, or a power
   * loss. The server must not be running.
   *
   * @throws IllegalStateException if the server is running
   */
  public void restore() {
    server().restore();
  }

  /**
   * Sends a request to the HTTP API for management, as the user {@link #username()}.
   *
   * @param method the method, for example {@code PUT}
   * @param path the path below {@link #managementUrl()}
   * @param json the request's body; empty for none
   * @return the body of the answer
   * @throws IllegalStateException if it failed, with the server's answer
   */
  public String manage(String method, String path, String json) {
    return server().manage(method, path, json);
  }

  /**
   * Runs {@code rabbitmqctl}, which takes a second or more of CPU time. {@link #manage} costs less,
   * if it can do the same.
   *
   * @param arguments its arguments, for example {@code list_connections}
   * @return what it printed to its standard output
   * @throws IllegalStateException if it failed, with everything that it printed
   */
  public String rabbitmqctl(String... arguments) {
    return server().rabbitmqctl(arguments);
  }
}
