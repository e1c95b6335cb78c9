package io.millrace.spi.link;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/**
 * What a broker does for a node over one link: whatever it is asked, on any thread, it brings to
 * the context of the link; what is published and not confirmed yet is bounded; what cannot be
 * brought to the node is counted.
 *
 * <p>Safe on any thread. An instance serves one node, once.
 */
public abstract class LinkBroker implements Broker {

  /** What a message costs in memory besides its payload. */
  private static final int OVERHEAD = 1024;

  private record Open(LinkKeeper<?> keeper, LinkUser<?> user) {}

  private final long mostBytes;
  private final long maxPendingBytes;
  private final SkipCounter skipCounter = new SkipCounter();
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile Optional<Open> open = Optional.empty();

  /**
   * A broker that is not open.
   *
   * @param options says how large a message may be, and how much may be published without being
   *     confirmed yet; above either a publish fails at once
   */
  protected LinkBroker(LinkOptions<?> options) {
    this.maxPendingBytes = options.maxPendingBytes();
    this.mostBytes = Math.min(options.maxMessageBytes(), maxPendingBytes);
  }

  /**
   * Links the node. For {@link #open(io.millrace.spi.Ingress)}.
   *
   * @param keeper keeps the link; closed with the broker
   * @param user uses it; closed with the broker
   * @param <L> the link
   * @return completes when the node is linked and {@linkplain LinkUser#opened() can be served};
   *     fails, and the broker is closed, if the server refuses, is not to be trusted (TLS), or does
   *     not speak the protocol. While none can be reached it goes on trying
   */
  protected final <L extends Link> Future<Void> open(LinkKeeper<L> keeper, LinkUser<L> user) {
    open = Optional.of(new Open(keeper, user));
    return Future.all(keeper.open(user), user.opened())
        .<Void>mapEmpty()
        .onFailure(failure -> close());
  }

  /** {@return the counter of what came and cannot be brought to the node} */
  protected final SkipCounter skipCounter() {
    return skipCounter;
  }

  @Override
  public final Future<Publication> publish(String channel, Message message) {
    long size = (long) message.length() + OVERHEAD;
    try {
      ChannelPattern.checkName(channel);
    } catch (MillraceException noChannel) {
      return Future.failedFuture(noChannel);
    }
    if (message.length() > mostBytes) {
      // The nodes would skip it when it comes back, or it would wait for room without end.
      return Future.failedFuture(Link.tooLarge(mostBytes));
    }
    if (pendingBytes.addAndGet(size) > maxPendingBytes + OVERHEAD) {
      pendingBytes.addAndGet(-size);
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.UNAVAILABLE,
              "The broker is slower than what is published. Try again."));
    }
    return ask(user -> user.publish(channel, message))
        .onComplete(done -> pendingBytes.addAndGet(-size));
  }

  @Override
  public final Future<Void> subscribe(ChannelPattern pattern) {
    return ask(user -> user.subscribe(pattern));
  }

  @Override
  public final Future<Void> unsubscribe(ChannelPattern pattern) {
    return ask(user -> user.unsubscribe(pattern));
  }

  private <T> Future<T> ask(Function<LinkUser<?>, Future<T>> action) {
    return open.map(now -> now.keeper().onContext(() -> action.apply(now.user())))
        .orElseGet(
            () ->
                Future.failedFuture(
                    new MillraceException(
                        MillraceException.Code.UNAVAILABLE, "The broker is not open.")));
  }

  @Override
  public final Future<Void> close() {
    Optional<Open> closing = open;
    open = Optional.empty();
    return closing
        .map(
            was -> was.keeper().onContext(() -> was.user().close()).eventually(was.keeper()::close))
        .orElse(Future.succeededFuture());
  }

  /**
   * {@return how many messages came from the server that are none for a reader: of what is no
   * channel, larger than allowed, or not what their headers say}
   */
  public final long skipped() {
    return skipCounter.count();
  }
}
