package io.millrace.benchmarks.chaos;

import io.millrace.tck.RabbitMq;
import io.millrace.testkit.FaultProxy;
import java.net.URI;
import java.util.Optional;

/** The RabbitMQ that is in use. Blocks. */
sealed interface Backend extends AutoCloseable {

  /** The environment variable that names one: {@code user:password@host:port} of its STOMP. */
  String VARIABLE = "RABBITMQ_STOMP";

  /**
   * Starts what is needed: uses the server that is named, or starts one of our own.
   *
   * @param crash whether one of our own is killed, rather than stopped
   */
  static Backend start(boolean crash) {
    return Optional.ofNullable(System.getenv(VARIABLE))
        .filter(named -> !named.isBlank())
        .<Backend>map(Foreign::new)
        .orElseGet(() -> new Own(crash));
  }

  /** What the STOMP broker connects to. */
  String uri();

  /** Makes it unavailable. */
  void stop();

  /** Makes it available again, and waits until it serves. */
  void restart();

  @Override
  void close();

  /** A server that is stopped and started. It ends with this JVM. */
  final class Own implements Backend {

    private final RabbitMq server = new RabbitMq();
    private final boolean crash;

    Own(boolean crash) {
      this.crash = crash;
      server.start();
    }

    @Override
    public String uri() {
      return "stomp://%s:%s@%s:%d/%%2F"
          .formatted(server.username(), server.password(), server.host(), server.stompPort());
    }

    @Override
    public void stop() {
      if (crash) {
        server.kill();
      } else {
        server.stop();
      }
    }

    @Override
    public void restart() {
      server.start();
    }

    @Override
    public void close() {
      server.kill();
    }
  }

  /** A server of somebody else, which is made unreachable instead of being stopped. */
  final class Foreign implements Backend {

    private static final int STOMP = 61613;

    private final URI named;
    private final FaultProxy proxy;

    Foreign(String name) {
      named = URI.create("stomp://" + name);
      proxy = new FaultProxy(named.getHost(), named.getPort() < 0 ? STOMP : named.getPort());
    }

    @Override
    public String uri() {
      String user = named.getRawUserInfo() == null ? "" : named.getRawUserInfo() + "@";
      String virtualHost = named.getRawPath().length() > 1 ? named.getRawPath() : "/%2F";
      return "stomp://" + user + proxy.host() + ":" + proxy.port() + virtualHost;
    }

    @Override
    public void stop() {
      proxy.cut();
    }

    @Override
    public void restart() {
      proxy.mend();
    }

    @Override
    public void close() {
      proxy.close();
    }
  }
}
