package io.millrace.core.http;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.core.reader.Shard;
import io.millrace.spi.Signal;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** The messages that a client publishes on its connection. Owned by the reader's event loop. */
final class PublishCommands {

  /** How many may wait for the broker before the next command is read. */
  private static final int MOST_PENDING = 16;

  private final Engine engine;
  private final Rights rights;
  private final Quotas quotas;
  private final Shard shard;
  private final Consumer<Signal> tell;
  private final BiConsumer<Optional<String>, Throwable> fail;
  private final RateLimit rate;
  private int pending;

  /** What continues once fewer are pending. */
  private Runnable relieved = () -> {};

  /**
   * @param tell sends a signal to the client
   * @param fail tells the client that the command with an id has failed
   */
  PublishCommands(
      Engine engine,
      Rights rights,
      Quotas quotas,
      Shard shard,
      Consumer<Signal> tell,
      BiConsumer<Optional<String>, Throwable> fail) {
    this.engine = engine;
    this.rights = rights;
    this.quotas = quotas;
    this.shard = shard;
    this.tell = tell;
    this.fail = fail;
    this.rate = new RateLimit(engine.options().publishesPerSecond());
  }

  /** Returns whether no more commands may be read for now. */
  boolean areTooMany() {
    return pending >= MOST_PENDING;
  }

  /** Sets what is done once there are fewer. */
  void whenFewer(Runnable action) {
    relieved = action;
  }

  /**
   * Publishes a message.
   *
   * @return completes when the broker has been given it
   */
  Future<Void> publish(String id, JsonFields command) {
    PublishRequest request = PublishRequest.of(command);
    if (rate.waitMillis(shard.now()) > 0) {
      throw new MillraceException(
          MillraceException.Code.RATE_LIMITED,
          "A connection may publish "
              + engine.options().publishesPerSecond()
              + " messages in a second.");
    }
    quotas.publish(rights.client());
    rate.count(shard.now());
    Promise<Void> given = Promise.promise();
    shard.handle(
        rights.publish(request, shard.now()),
        granted -> {
          try {
            rights.settle(request.channel(), granted);
            if (granted.succeeded()) {
              give(id, request.channel().toString(), granted.result());
            }
            given.handle(granted.mapEmpty());
          } catch (MillraceException taken) {
            given.fail(taken);
          }
        });
    return given.future();
  }

  private void give(String id, String channel, Message message) {
    pending++;
    Future<Publication> published = engine.publishing().publish(rights.scope(), channel, message);
    shard.handle(published, result -> published(id, result));
  }

  private void published(String id, AsyncResult<Publication> result) {
    pending--;
    if (result.succeeded()) {
      tell.accept(new Signal.Published(id, result.result().name()));
    } else {
      fail.accept(Optional.of(id), result.cause());
    }
    if (!areTooMany()) {
      Runnable next = relieved;
      relieved = () -> {};
      next.run();
    }
  }
}
