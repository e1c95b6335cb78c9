package io.millrace.broker.stomp;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.file.FileSystemException;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import java.lang.System.Logger;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/**
 * Keeps one link to one of the hosts, for ever: connects, and connects again. Everything happens on
 * one context.
 */
final class StompConnector {

  /** What uses the link. */
  interface User {
    /** A link is there. Called on the connector's context. */
    void up(StompLink link);

    /** The link is gone, after {@link #up}. A {@link StompException} if the broker is to blame. */
    void down(Throwable cause);
  }

  private static final Logger LOG = System.getLogger(StompConnector.class.getName());
  private static final String VERIFY = "HTTPS";

  private final Vertx vertx;
  private final Context context;
  private final StompBrokerOptions options;
  private final NetClient client;
  private final Backoff backoff;
  private final Promise<Void> opened = Promise.promise();
  private Optional<User> user = Optional.empty();
  private Optional<StompLink> link = Optional.empty();
  private int attempts;

  /** Which of the hosts was tried last. */
  private volatile int current;

  private boolean closed;

  StompConnector(Vertx vertx, Context context, StompBrokerOptions options) {
    this.vertx = vertx;
    this.context = context;
    this.options = options;
    this.backoff = new Backoff(options.hosts().size());
    NetClientOptions net =
        new NetClientOptions(options.net())
            .setConnectTimeout((int) Math.min(options.connectTimeout().toMillis(), 1 << 30));
    // Vert.x wants to be told; no SSL options at all would not even connect.
    if (net.isSsl()
        && (net.getSslOptions() == null || net.getHostnameVerificationAlgorithm() == null)) {
      net.setHostnameVerificationAlgorithm(VERIFY);
    }
    this.client = vertx.createNetClient(net);
  }

  Vertx vertx() {
    return vertx;
  }

  /**
   * Begins.
   *
   * @return completes when there is a link for the first time; fails if the first broker that
   *     answers refuses, is not to be trusted, or does not speak STOMP
   */
  Future<Void> open(User mode) {
    context.runOnContext(
        now -> {
          user = Optional.of(mode);
          connect();
        });
    return opened.future();
  }

  private void connect() {
    if (closed) {
      return;
    }
    current = attempts++ % options.hosts().size();
    HostAndPort host = options.hosts().get(current);
    StompLink.connect(vertx, client, host, options)
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
    if (failure instanceof SSLException) {
      // A peer that hangs up during the handshake may be about to start.
      return !(rootCause(failure) instanceof ClosedChannelException);
    }
    return failure instanceof StompException
        || failure instanceof FileSystemException
        || failure instanceof IllegalArgumentException
        || failure instanceof GeneralSecurityException;
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : rootCause(cause);
  }

  private void use(StompLink connected, HostAndPort host) {
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
                user.ifPresent(told -> told.down(cause));
                again("The link to " + host + " broke", cause);
              }
            });
    user.ifPresent(told -> told.up(connected));
    opened.tryComplete();
  }

  private void again(String what, Throwable cause) {
    long millis = backoff.next();
    LOG.log(
        Logger.Level.WARNING,
        what + "; the next attempt is in " + millis + " ms: " + cause.getMessage());
    vertx.setTimer(millis, waited -> connect());
  }

  /**
   * Makes another link, to be used on the context of the caller, who ends it.
   *
   * @return fails if none of the hosts can be reached
   */
  Future<StompLink> another() {
    int first = current;
    Future<StompLink> connected = Future.failedFuture("There is no host.");
    for (int i = 0; i < options.hosts().size(); i++) {
      HostAndPort host = options.hosts().get((first + i) % options.hosts().size());
      connected =
          i == 0
              ? StompLink.connect(vertx, client, host, options)
              : connected.recover(failure -> StompLink.connect(vertx, client, host, options));
    }
    return connected;
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
          link.map(StompLink::disconnect)
              .orElse(Future.succeededFuture())
              .eventually(client::close)
              .onComplete(done);
        });
    return done.future();
  }
}
