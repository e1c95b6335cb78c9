package io.millrace.spi.remote;

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
 * The common part of brokers with one connection. It carries calls from any thread over to the
 * context of the connection, limits what is published and not confirmed yet, and counts messages
 * that cannot be brought to the node.
 *
 * <p>Safe on any thread. An instance serves one node, once.
 */
public abstract class RemoteBroker implements Broker {

  /** What a message costs in memory besides its payload. */
  private static final int OVERHEAD = 1024;

  private record Open(Reconnector<?> reconnector, Messaging<?> messaging) {}

  private final long mostBytes;
  private final long maxPendingBytes;
  private final SkipCounter skipCounter = new SkipCounter();
  private final AtomicLong pendingBytes = new AtomicLong();
  private volatile Optional<Open> open = Optional.empty();

  /**
   * A broker that is not open.
   *
   * @param options say how large a message may be, and how much may be published and not confirmed
   *     yet; beyond either, a publish fails at once
   */
  protected RemoteBroker(RemoteBrokerOptions<?> options) {
    this.maxPendingBytes = options.maxPendingBytes();
    this.mostBytes = Math.min(options.maxMessageBytes(), maxPendingBytes);
  }

  /**
   * Connects the node. To be called by {@link #open(io.millrace.spi.Ingress)}.
   *
   * @param reconnector keeps the connection; closed with the broker
   * @param messaging uses it; closed with the broker
   * @param <C> the connection
   * @return completes when the node is connected and {@linkplain Messaging#opened() can be served}.
   *     Fails, and closes the broker, if the server refuses, cannot be trusted (TLS), or does not
   *     speak the protocol. While no server can be reached, the broker continues trying
   */
  protected final <C extends BrokerConnection> Future<Void> open(
      Reconnector<C> reconnector, Messaging<C> messaging) {
    open = Optional.of(new Open(reconnector, messaging));
    return Future.all(reconnector.open(messaging), messaging.opened())
        .<Void>mapEmpty()
        .onFailure(failure -> close());
  }

  /** {@return the counter of messages from the server that cannot be brought to the node} */
  protected final SkipCounter skipCounter() {
    return skipCounter;
  }

  @Override
  public final Future<Publication> publish(String channel, Message message) {
    long size = (long) message.length() + OVERHEAD;
    try {
      ChannelPattern.ofKey(channel);
    } catch (MillraceException noChannel) {
      return Future.failedFuture(noChannel);
    }
    if (message.length() > mostBytes) {
      // The nodes would skip it when the server brings it, or it would wait for room forever.
      return Future.failedFuture(BrokerConnection.tooLarge(mostBytes));
    }
    if (pendingBytes.addAndGet(size) > maxPendingBytes + OVERHEAD) {
      pendingBytes.addAndGet(-size);
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.UNAVAILABLE,
              "The broker confirms more slowly than messages are published. Try again."));
    }
    return ask(messaging -> messaging.publish(channel, message))
        .onComplete(done -> pendingBytes.addAndGet(-size));
  }

  @Override
  public final Future<Void> subscribe(ChannelPattern pattern) {
    return ask(messaging -> messaging.subscribe(pattern));
  }

  @Override
  public final Future<Void> unsubscribe(ChannelPattern pattern) {
    return ask(messaging -> messaging.unsubscribe(pattern));
  }

  private <T> Future<T> ask(Function<Messaging<?>, Future<T>> action) {
    return open.map(now -> now.reconnector().onContext(() -> action.apply(now.messaging())))
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
            was ->
                was.reconnector()
                    .onContext(() -> was.messaging().close())
                    .eventually(was.reconnector()::close))
        .orElse(Future.succeededFuture());
  }

  /**
   * {@return how many messages from the server could not be brought to readers: their destination
   * is no channel, they are larger than allowed, or not what their headers say}
   */
  public final long skipped() {
    return skipCounter.count();
  }
}
