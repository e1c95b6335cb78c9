package io.millrace.benchmarks.chaos;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Publishes the numbers of one channel over HTTP at a steady rate, to the servers in turn. It
 * publishes a number when the one before was acknowledged, with the same key until it is
 * acknowledged itself. After an outage it catches up. A thread.
 */
final class Sender extends Thread {

  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final String channel;
  private final long interval;
  private final LongSupplier end;
  private final HttpClient http;
  private final Balancer balancer;
  private final Places places;
  private final Faults faults;
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicInteger attempts = new AtomicInteger();
  private volatile boolean stopped;

  /**
   * A sender that has not started.
   *
   * @param interval nanoseconds from one message to the next
   * @param end returns until when messages are due, by {@link System#nanoTime}; called repeatedly
   */
  Sender(
      String channel,
      long interval,
      LongSupplier end,
      HttpClient http,
      Balancer balancer,
      Places places,
      Faults faults) {
    super("sender of " + channel);
    this.channel = channel;
    this.interval = interval;
    this.end = end;
    this.http = http;
    this.balancer = balancer;
    this.places = places;
    this.faults = faults;
    setDaemon(true);
  }

  String channel() {
    return channel;
  }

  /** How many numbers were acknowledged, from 0 on. */
  int acknowledged() {
    return acknowledged.get();
  }

  /** How many requests were needed for that. */
  int attempts() {
    return attempts.get();
  }

  /** Makes it give up. */
  void finish() {
    stopped = true;
  }

  @Override
  public void run() {
    long due = System.nanoTime();
    try {
      while (!stopped && due - end.getAsLong() < 0) {
        sleep(Math.max(0, (due - System.nanoTime()) / 1_000_000));
        publish(new Numbered(channel, acknowledged.get()));
        due += interval;
      }
    } catch (InterruptedException stop) {
      interrupt();
    } catch (RuntimeException broken) {
      faults.add(getName() + " cannot continue: " + broken);
    }
  }

  private void publish(Numbered message) throws InterruptedException {
    while (!stopped) {
      if (isAcknowledged(message)) {
        acknowledged.incrementAndGet();
        return;
      }
      sleep(RETRY.toMillis());
    }
    faults.add(message + " was never acknowledged");
  }

  private boolean isAcknowledged(Numbered message) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + balancer.next() + "/live/publish"))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(message.request()))
            .build();
    attempts.incrementAndGet();
    try {
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      return isAcknowledged(message, answer);
    } catch (IOException gone) {
      return false;
    }
  }

  private boolean isAcknowledged(Numbered message, HttpResponse<String> answer) {
    switch (answer.statusCode()) {
      case 200 -> {
        String place = new JsonObject(answer.body()).getString("published", "");
        if (!places.agree(place, message.toString())) {
          faults.add(message + " was acknowledged as " + place + ", but is not there");
        }
        return true;
      }
      case 503, 504 -> {
        return false;
      }
      default -> {
        faults.add(message + " was answered " + answer.statusCode() + ": " + answer.body());
        return false;
      }
    }
  }
}
