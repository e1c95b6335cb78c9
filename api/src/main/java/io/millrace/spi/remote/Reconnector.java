package io.millrace.spi.remote;

import io.millrace.MillraceException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.net.HostAndPort;
import java.lang.System.Logger;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * Keeps one connection to one of the hosts until it is closed. Whenever the connection breaks, it
 * connects to the next host after a random delay: at most half a second at first and 30 s
 * eventually, or 3 s if a server answers but refuses. Everything about the connection happens on
 * one context; the methods are safe on any thread.
 *
 * @param <C> the connection
 */
public final class Reconnector<C extends BrokerConnection> {

  private static final Logger LOG = System.getLogger(Reconnector.class.getName());

  private final Context context;
  private final List<HostAndPort> hosts;
  private final Connector<C> connector;
  private final Backoff backoff;
  private final Promise<Void> opened = Promise.promise();
  private Optional<Messaging<C>> messaging = Optional.empty();
  private Optional<C> connection = Optional.empty();
  private int attempts;

  /** Which of the hosts was tried last. */
  private volatile int current;

  private boolean closed;

  /**
   * A reconnector that has not been opened.
   *
   * @param vertx the node's; if the caller is on one of its event loops, the connection is used
   *     there
   * @param hosts one or more servers of one cluster, to be tried in turn
   * @param connector makes the connections; the reconnector closes it
   */
  public Reconnector(Vertx vertx, List<HostAndPort> hosts, Connector<C> connector) {
    this.context = vertx.getOrCreateContext();
    this.hosts = List.copyOf(hosts);
    this.connector = connector;
    this.backoff = new Backoff(hosts.size());
  }

  /** {@return the context on which the connection is used} */
  public Context context() {
    return context;
  }

  /**
   * Runs an action on the context of the connection.
   *
   * @param action what to run; may throw a {@link MillraceException} instead of failing its future
   * @param <T> the type of the result
   * @return completes as the action does, on the context
   */
  public <T> Future<T> onContext(Supplier<Future<T>> action) {
    Promise<T> done = Promise.promise();
    context.runOnContext(
        turn -> {
          try {
            action.get().onComplete(done);
          } catch (MillraceException refused) {
            done.tryFail(refused);
          }
        });
    return done.future();
  }

  /**
   * Starts to connect. Called once.
   *
   * @param messaging hears of every connection, and of its end
   * @return completes when there is a connection for the first time; fails if the first server that
   *     answers refuses, cannot be trusted, or does not speak the protocol
   */
  public Future<Void> open(Messaging<C> messaging) {
    context.runOnContext(
        now -> {
          this.messaging = Optional.of(messaging);
          connect();
        });
    return opened.future();
  }

  private void connect() {
    if (closed) {
      return;
    }
    current = attempts++ % hosts.size();
    HostAndPort host = hosts.get(current);
    connector
        .connect(host)
        .onSuccess(connected -> use(connected, host))
        .onFailure(
            failure -> {
              if (!opened.future().isComplete() && isLasting(failure)) {
                closed = true;
                opened.fail(failure);
              } else if (!closed) {
                again("Cannot connect to " + host, failure);
              }
            });
  }

  /**
   * Returns whether another attempt would not help. Once there was a connection, the broker is
   * assumed to be starting.
   */
  private static boolean isLasting(Throwable failure) {
    if (failure instanceof SSLException) {
      // A peer that hangs up during the handshake may be about to start.
      return !(rootCause(failure) instanceof ClosedChannelException);
    }
    return failure instanceof BrokerException
        || failure instanceof FileSystemException
        || failure instanceof IllegalArgumentException
        || failure instanceof GeneralSecurityException;
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : rootCause(cause);
  }

  private void use(C connected, HostAndPort host) {
    if (closed) {
      connected.end(new IllegalStateException("The broker is closed."));
      return;
    }
    long since = System.nanoTime();
    connection = Optional.of(connected);
    LOG.log(Logger.Level.INFO, "Connected to " + host + " (" + connected.server() + ")");
    connected
        .ended()
        .onSuccess(
            cause -> {
              connection = Optional.empty();
              if (!closed) {
                backoff.broke(System.nanoTime() - since);
                messaging.ifPresent(told -> told.down(cause));
                again("The connection to " + host + " broke", cause);
              }
            });
    messaging.ifPresent(told -> told.up(connected));
    if (opened.tryComplete()) {
      connected.advice().ifPresent(advice -> LOG.log(Logger.Level.WARNING, advice));
    }
  }

  private void again(String what, Throwable cause) {
    long millis = backoff.next(cause instanceof BrokerException);
    LOG.log(
        Logger.Level.WARNING,
        what + "; the next attempt is in " + millis + " ms: " + cause.getMessage());
    context.owner().setTimer(millis, waited -> connect());
  }

  /**
   * Makes another connection, for work that must not hold up the one that is kept. It goes to the
   * same host if that can be reached.
   *
   * @return a connection that the caller uses on its own context, and ends; fails if none of the
   *     hosts can be reached
   */
  public Future<C> another() {
    int first = current;
    Future<C> connected = connector.connect(hosts.get(first));
    for (int i = 1; i < hosts.size(); i++) {
      HostAndPort next = hosts.get((first + i) % hosts.size());
      connected = connected.recover(failure -> connector.connect(next));
    }
    return connected;
  }

  /**
   * Ends the connection in an orderly way, and makes no new one.
   *
   * @return completes when it is closed
   */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          closed = true;
          opened.tryFail("The broker was closed.");
          connection
              .map(BrokerConnection::disconnect)
              .orElse(Future.succeededFuture())
              .eventually(connector::close)
              .onComplete(done);
        });
    return done.future();
  }
}
