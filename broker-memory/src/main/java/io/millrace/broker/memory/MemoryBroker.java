package io.millrace.broker.memory;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** The broker {@code memory}. Safe on any thread. */
public final class MemoryBroker implements Broker {

  private volatile @Nullable Ingress ingress;

  /** Makes a broker. */
  public MemoryBroker() {}

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public Future<Void> open(Ingress entrance) {
    ingress = entrance;
    return Future.succeededFuture();
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    Ingress entrance = ingress;
    if (entrance == null) {
      return Future.failedFuture(
          new MillraceException(MillraceException.Code.UNAVAILABLE, "The broker is not open."));
    }
    try {
      return Future.succeededFuture(entrance.append(channel, message));
    } catch (MillraceException refused) {
      return Future.failedFuture(refused);
    }
  }

  /** Succeeds at once: this broker brings everything. */
  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  /** Succeeds at once: this broker brings everything. */
  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    ingress = null;
    return Future.succeededFuture();
  }

  @Override
  public boolean selective() {
    return false;
  }

  @Override
  public boolean shared() {
    return false;
  }
}
