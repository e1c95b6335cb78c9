package io.millrace.broker.stomp;

import io.millrace.Message;
import io.millrace.spi.remote.BrokerException;
import io.millrace.spi.remote.SkipCounter;
import io.millrace.spi.support.MessageHeaders;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A subscription to the stream, and the only one on its connection: RabbitMQ's plug-in does not
 * reliably end a subscription to a stream, so the connection is ended instead. Turns frames into
 * records, and acknowledges them. Used only on the connection's context.
 */
final class RabbitStreamReading {

  /**
   * A record.
   *
   * @param offset its offset
   * @param channel the channel; empty if it belongs to none
   * @param message the message, if it is one
   * @param written when it was written, by the {@link RabbitStreamClock}
   * @param marker the marker, if it is one
   * @param publication the id that the publishing node has given it, if any
   * @param print a hash of everything by which the record is recognized
   */
  record Item(
      long offset,
      String channel,
      Optional<Message> message,
      Instant written,
      Optional<Marker> marker,
      Optional<String> publication,
      long print) {}

  static final String PUBLICATION = "millrace-publication";

  private static final String OFFSET = "x-stream-offset";
  private static final String TIMESTAMP = "timestamp";

  private final StompBrokerConnection connection;
  private final RabbitStreamQueue queue;
  private final Destinations destinations;
  private final SkipCounter skipped;
  private final int prefetch;
  private final int most;
  private Consumer<Item> items = item -> {};
  private Optional<StompFrame> unacknowledged = Optional.empty();
  private boolean held;
  private int count;
  private long last = -1;

  private final RecordTimes times = new RecordTimes();
  private final RecordAges ages = new RecordAges();

  RabbitStreamReading(
      StompBrokerConnection connection,
      StompBrokerOptions options,
      SkipCounter skipped,
      int prefetch) {
    this.connection = connection;
    this.queue = new RabbitStreamQueue(options);
    this.destinations = connection.destinations();
    this.skipped = skipped;
    this.prefetch = prefetch;
    this.most = options.maxMessageBytes();
  }

  /**
   * Starts to read.
   *
   * @param offset see {@link RabbitStreamQueue#subscribe}
   * @param handler gets the records; each is acknowledged when the handler returns, unless {@link
   *     #hold} is in effect
   * @return completes when the broker has confirmed
   */
  Future<Void> begin(String offset, Consumer<Item> handler) {
    items = handler;
    connection.onMessage(this::receive);
    return connection.request("SUBSCRIBE", queue.subscribe(offset, prefetch), Buffer.buffer());
  }

  private void receive(StompFrame frame) {
    long offset = offset(frame);
    if (offset <= last) {
      throw new BrokerException(
          "The stream's offsets do not increase: " + offset + " after " + last);
    }
    last = offset;
    unacknowledged = Optional.of(frame);
    count++;
    items.accept(item(offset, frame));
    if (!held) {
      acknowledge();
    }
  }

  /** Sets whether the broker should wait. Records that it has sent already still arrive. */
  void hold(boolean value) {
    held = value;
    if (!held) {
      acknowledge();
    }
  }

  private static long offset(StompFrame frame) {
    try {
      return Long.parseLong(frame.header(OFFSET).orElse(""));
    } catch (NumberFormatException e) {
      throw new BrokerException("A message came without " + OFFSET + ", so this is not a stream.");
    }
  }

  private void acknowledge() {
    if (count >= Math.max(1, prefetch / 4)) {
      count = 0;
      unacknowledged.ifPresent(connection::acknowledge); // This one, and all before it.
      unacknowledged = Optional.empty();
    }
  }

  private Item item(long offset, StompFrame frame) {
    String destination = frame.header("destination").orElse("");
    if (destination.equals(queue.markers())) {
      Optional<Marker> marker = Marker.of(frame.headers());
      if (marker.isPresent()) {
        RecordTimes.number(frame.header(MessageHeaders.TIME)).ifPresent(times::mark);
        elapsed(frame).ifPresent(ages::mark);
      }
      return new Item(
          offset,
          "",
          Optional.empty(),
          ages.written(Optional.empty()),
          marker,
          Optional.empty(),
          Tail.print(frame));
    }
    Optional<String> publication = frame.header(PUBLICATION);
    Optional<String> channel = destinations.channel(destination);
    Optional<Message> message = Optional.empty();
    if (channel.isEmpty()) {
      skipped.add(destination, "Its destination is not a valid channel.");
    } else if (frame.isFlawed()) {
      skipped.add(destination, frame.flaw());
    } else {
      message = message(destination, frame);
    }
    return new Item(
        offset,
        channel.orElse(""),
        message,
        ages.written(elapsed(frame)),
        Optional.empty(),
        publication,
        Tail.print(frame));
  }

  private Optional<Message> message(String destination, StompFrame frame) {
    try {
      Message message = StompMessages.read(frame, most);
      return Optional.of(
          message.time().isPresent()
              ? message
              : message.withTime(times.ofTimestamp(frame.header(TIMESTAMP))));
    } catch (RuntimeException invalid) {
      skipped.add(destination, String.valueOf(invalid.getMessage()));
      return Optional.empty();
    }
  }

  private static Optional<Long> elapsed(StompFrame frame) {
    return RabbitStreamClock.parse(frame.header(RabbitStreamClock.ELAPSED));
  }

  /** {@return the time of the newest marker, if there was one} */
  Optional<Instant> time() {
    return times.marked();
  }

  /** {@return the stream's clock at the newest marker, in milliseconds, if there was one} */
  Optional<Long> elapsed() {
    return ages.marked();
  }
}
