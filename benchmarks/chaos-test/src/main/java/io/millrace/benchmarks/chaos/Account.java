package io.millrace.benchmarks.chaos;

import io.millrace.tck.Frame;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one client was sent. Written by one thread; the counts may be read by any thread, everything
 * else only after that thread has ended.
 */
final class Account {

  private final String client;
  private final Places places;
  private final Faults faults;
  private final Map<String, BitSet> received = new HashMap<>();
  private final AtomicInteger messages = new AtomicInteger();
  private volatile Optional<String> cursor = Optional.empty();
  private int doubled;
  private int disordered;
  private int gaps;

  /**
   * An empty account.
   *
   * @param client what faults call the client
   */
  Account(String client, Places places, Faults faults) {
    this.client = client;
    this.places = places;
    this.faults = faults;
  }

  /** Notes a frame. */
  void take(Frame frame) {
    if (frame instanceof Frame.Delivery delivery) {
      take(delivery);
    } else if (frame instanceof Frame.Missed missed) {
      gaps++;
      faults.add(
          "%s was told a gap (%s) of %s at %s, after %s"
              .formatted(client, missed.reason(), missed.channels(), missed.cursor(), cursor));
    }
    frame.cursor().ifPresent(told -> cursor = Optional.of(told));
  }

  private void take(Frame.Delivery delivery) {
    Numbered message = Numbered.parse(delivery.text());
    if (!delivery.channel().orElse(message.channel()).equals(message.channel())) {
      faults.add(client + " was sent " + message + " as one of " + delivery.channel());
    }
    BitSet numbers = received.computeIfAbsent(message.channel(), channel -> new BitSet());
    if (numbers.get(message.number())) {
      doubled++;
      faults.add(client + " was sent " + message + " twice, after " + cursor);
    } else {
      if (numbers.length() > message.number() || !inPlace(delivery, message)) {
        disordered++;
        faults.add(
            "%s was sent %s (%s) after number %d, %s"
                .formatted(client, message, delivery.cursor(), numbers.length() - 1, cursor));
      }
      messages.incrementAndGet();
    }
    numbers.set(message.number());
  }

  /** Whether its place is after all earlier ones, and the same as for the other clients. */
  private boolean inPlace(Frame.Delivery delivery, Numbered message) {
    return delivery.cursor().isPresent()
        && places.agree(delivery.cursor().get(), message.toString())
        && cursor.filter(before -> !isAfter(delivery.cursor().get(), before)).isEmpty();
  }

  private static boolean isAfter(String cursor, String before) {
    int dash = cursor.indexOf('-') + 1;
    return cursor.substring(0, dash).equals(before.substring(0, dash))
        && Long.parseLong(cursor.substring(dash)) > Long.parseLong(before.substring(dash));
  }

  /** The cursor to resume from; empty if there is none yet. Safe on any thread. */
  Optional<String> cursor() {
    return cursor;
  }

  /** How many different messages arrived. Safe on any thread. */
  int messages() {
    return messages.get();
  }

  /** How many of the first numbers of a channel did not arrive. */
  int lost(String channel, int numbers) {
    BitSet came = received.getOrDefault(channel, new BitSet());
    int lost = numbers - came.get(0, numbers).cardinality();
    if (lost > 0) {
      faults.add(
          "%s was not sent %d of %s, first %d"
              .formatted(client, lost, channel, came.nextClearBit(0)));
    }
    return lost;
  }

  int doubled() {
    return doubled;
  }

  int disordered() {
    return disordered;
  }

  int gaps() {
    return gaps;
  }
}
