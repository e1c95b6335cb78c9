package io.millrace.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/**
 * A proxy for HTTP/1.1 between clients and a server, on a port of the loopback address, that treats
 * chosen requests as middleboxes do:
 *
 * <pre>{@code
 * try (Middlebox box = new Middlebox("127.0.0.1", server.actualPort())) {
 *   box.on(Requests.webSockets(), Fault.refuse(403));
 *   box.on(Requests.eventStreams(), Fault.buffer());
 *   open(box.port());
 * }
 * }</pre>
 *
 * <p>Of the rules that concern a request, the first counts. It decides about the request when it
 * arrives, and about its answer; to change the rules changes nothing for requests that are under
 * way. Connections that fail at the server are closed. It can forward to a {@link FaultProxy}, or
 * stand behind one.
 *
 * <p>Safe on any thread. The constructor and {@link #close} block: not for event loops.
 */
public final class Middlebox implements AutoCloseable {

  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();
  private static final int MOST_CONNECTIONS = 10_000;

  private record Rule(Predicate<HttpServerRequest> which, Fault fault, long endsNanos) {

    boolean concerns(HttpServerRequest request) {
      return System.nanoTime() - endsNanos < 0 && which.test(request);
    }
  }

  private final int port = FreePorts.find();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final HttpClient client;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger faults = new AtomicInteger();

  /**
   * Starts a middlebox that lets everything pass.
   *
   * @param targetHost the server's address
   * @param targetPort the server's port
   */
  public Middlebox(String targetHost, int targetPort) {
    HttpClientOptions options =
        new HttpClientOptions().setDefaultHost(targetHost).setDefaultPort(targetPort);
    client = vertx.createHttpClient(options, new PoolOptions().setHttp1MaxSize(MOST_CONNECTIONS));
    vertx
        .createHttpServer(new HttpServerOptions().setMaxHeaderSize(1 << 16))
        .requestHandler(this::serve)
        .listen(port, LOOPBACK)
        .await();
  }

  /** {@return the address that it listens on} */
  public String host() {
    return LOOPBACK;
  }

  /** {@return the port that it listens on} */
  public int port() {
    return port;
  }

  /** {@return how many requests have come so far} */
  public int requests() {
    return requests.get();
  }

  /** {@return how many of them a rule concerned} */
  public int faults() {
    return faults.get();
  }

  /**
   * Adds a rule.
   *
   * @param which the requests that it concerns, unless an earlier rule does
   * @param fault what is done to them
   * @return this
   */
  public Middlebox on(Predicate<HttpServerRequest> which, Fault fault) {
    return on(which, fault, Duration.ofNanos(Conditions.NEVER));
  }

  /**
   * Adds a rule for a time.
   *
   * @param which the requests that it concerns, unless an earlier rule does
   * @param fault what is done to them
   * @param time how long, from now
   * @return this
   */
  public Middlebox on(Predicate<HttpServerRequest> which, Fault fault, Duration time) {
    rules.add(new Rule(which, fault, System.nanoTime() + time.toNanos()));
    return this;
  }

  /**
   * Removes all rules.
   *
   * @return this
   */
  public Middlebox clear() {
    rules.clear();
    return this;
  }

  /** Closes everything. */
  @Override
  public void close() {
    vertx.close().await();
  }

  private void serve(HttpServerRequest request) {
    requests.incrementAndGet();
    Treatment treatment = new Treatment();
    rules.stream()
        .filter(rule -> rule.concerns(request))
        .findFirst()
        .ifPresent(
            rule -> {
              faults.incrementAndGet();
              rule.fault().applyTo(treatment);
            });
    new Exchange(vertx, client, request, treatment).run();
  }
}
