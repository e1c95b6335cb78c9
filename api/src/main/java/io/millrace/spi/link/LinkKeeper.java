package io.millrace.spi.link;

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
 * Keeps one link to one of the hosts, for ever: connects, and connects again to the next of them
 * whenever it breaks, after a time at random, at most half a second at first and 30 s in the end,
 * or 3 s where a server answers but refuses. Everything about the link happens on one context; the
 * methods are safe on any thread.
 *
 * @param <L> the link
 */
public final class LinkKeeper<L extends Link> {

  private static final Logger LOG = System.getLogger(LinkKeeper.class.getName());

  private final Context context;
  private final List<HostAndPort> hosts;
  private final LinkFactory<L> factory;
  private final Backoff backoff;
  private final Promise<Void> opened = Promise.promise();
  private Optional<LinkUser<L>> user = Optional.empty();
  private Optional<L> link = Optional.empty();
  private int attempts;

  /** Which of the hosts was tried last. */
  private volatile int current;

  private boolean closed;

  /**
   * A keeper that has not begun.
   *
   * @param vertx the node's; if this is an event loop of it, the link will be used here
   * @param hosts one or more servers of one cluster, to be tried in turn
   * @param factory makes the links; the keeper closes it
   */
  public LinkKeeper(Vertx vertx, List<HostAndPort> hosts, LinkFactory<L> factory) {
    this.context = vertx.getOrCreateContext();
    this.hosts = List.copyOf(hosts);
    this.factory = factory;
    this.backoff = new Backoff(hosts.size());
  }

  /** {@return where the link is used} */
  public Context context() {
    return context;
  }

  /**
   * Runs something where the link is used.
   *
   * @param action what to run; may throw a {@link MillraceException} instead of failing its future
   * @param <T> what comes of it
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
   * Begins. Called once.
   *
   * @param linkUser what is told of the link
   * @return completes when there is a link for the first time; fails if the first server that
   *     answers refuses, is not to be trusted, or does not speak the protocol
   */
  public Future<Void> open(LinkUser<L> linkUser) {
    context.runOnContext(
        now -> {
          user = Optional.of(linkUser);
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
    factory
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
   * What another attempt would not mend. Once it was well, it is taken for a broker that starts.
   */
  private static boolean isLasting(Throwable failure) {
    if (failure instanceof SSLException) {
      // A peer that hangs up during the handshake may be about to start.
      return !(rootCause(failure) instanceof ClosedChannelException);
    }
    return failure instanceof LinkException
        || failure instanceof FileSystemException
        || failure instanceof IllegalArgumentException
        || failure instanceof GeneralSecurityException;
  }

  private static Throwable rootCause(Throwable failure) {
    Throwable cause = failure.getCause();
    return cause == null ? failure : rootCause(cause);
  }

  private void use(L connected, HostAndPort host) {
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
    if (opened.tryComplete()) {
      connected.advice().ifPresent(advice -> LOG.log(Logger.Level.WARNING, advice));
    }
  }

  private void again(String what, Throwable cause) {
    long millis = backoff.next(cause instanceof LinkException);
    LOG.log(
        Logger.Level.WARNING,
        what + "; the next attempt is in " + millis + " ms: " + cause.getMessage());
    context.owner().setTimer(millis, waited -> connect());
  }

  /**
   * Makes another link, for work that must not be in the way of the one that is kept, to the host
   * of that one if it can be reached.
   *
   * @return a link to be used on the context of the caller, who ends it; fails if none of the hosts
   *     can be reached
   */
  public Future<L> another() {
    int first = current;
    Future<L> connected = factory.connect(hosts.get(first));
    for (int i = 1; i < hosts.size(); i++) {
      HostAndPort next = hosts.get((first + i) % hosts.size());
      connected = connected.recover(failure -> factory.connect(next));
    }
    return connected;
  }

  /**
   * Ends the link in an orderly way, and makes no other.
   *
   * @return completes when it is closed
   */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        now -> {
          closed = true;
          opened.tryFail("The broker was closed.");
          link.map(Link::disconnect)
              .orElse(Future.succeededFuture())
              .eventually(factory::close)
              .onComplete(done);
        });
    return done.future();
  }
}
