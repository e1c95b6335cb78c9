package io.millrace.broker.amqp;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import java.lang.System.Logger;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Keeps one link to one of the hosts, for ever: connects, and connects again. Everything happens on
 * one context.
 */
final class AmqpConnector {

  /** What uses the link. */
  interface User {
    /** A link is there. Called on the connector's context. */
    void up(AmqpLink link);

    /** The link is gone, after {@link #up}. A {@link AmqpException} if the broker is to blame. */
    void down(Throwable cause);
  }

  private static final Logger LOG = System.getLogger(AmqpConnector.class.getName());

  private final Vertx vertx;
  private final Context context;
  private final AmqpBrokerOptions options;
  private final User user;
  private final Backoff backoff;
  private final Promise<Void> opened = Promise.promise();
  private Optional<AmqpLink> link = Optional.empty();
  private int attempts;
  private boolean closed;

  AmqpConnector(Vertx vertx, Context context, AmqpBrokerOptions options, User user) {
    this.vertx = vertx;
    this.context = context;
    this.options = options;
    this.user = user;
    this.backoff = new Backoff(options.hosts().size());
  }

  /**
   * Begins.
   *
   * @return completes when there is a link for the first time; fails if the first broker that
   *     answers refuses, is not to be trusted, or is of a kind that is not known
   */
  Future<Void> open() {
    context.runOnContext(now -> connect());
    return opened.future();
  }

  private void connect() {
    if (closed) {
      return;
    }
    HostAndPort host = options.hosts().get(attempts++ % options.hosts().size());
    AmqpLink.connect(vertx, options, host)
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
   * What another attempt would not mend. Once it was well, it is taken for a broker that starts.
   */
  private static boolean isLasting(Throwable failure) {
    return failure instanceof AmqpException
        || (failure instanceof SSLException && failure.getCause() != null);
  }

  private void use(AmqpLink connected, HostAndPort host) {
    if (closed) {
      connected.end(new IllegalStateException("The broker is closed."));
      return;
    }
    long since = System.nanoTime();
    link = Optional.of(connected);
    LOG.log(Logger.Level.INFO, "Linked to " + host + " (" + connected.server() + ")");
    connected
        .ended()
        .onSuccess(
            cause -> {
              link = Optional.empty();
              if (!closed) {
                backoff.broke(System.nanoTime() - since);
                user.down(cause);
                again("The link to " + host + " broke", cause);
              }
            });
    user.up(connected);
    if (opened.tryComplete()) {
      connected.advice().ifPresent(advice -> LOG.log(Logger.Level.WARNING, advice));
    }
  }

  private void again(String what, Throwable cause) {
    long millis = backoff.next();
    LOG.log(
        Logger.Level.WARNING,
        what + ": " + cause.getMessage() + ". The next attempt is in " + millis + " ms.");
    vertx.setTimer(millis, waited -> connect());
  }

  /**
   * Ends the link in an orderly way, and makes no other.
   *
   * @return completes when it is closed
   */
  Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          closed = true;
          opened.tryFail("The broker was closed.");
          link.map(AmqpLink::disconnect).orElse(Future.succeededFuture()).onComplete(done);
        });
    return done.future();
  }
}
