package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * What is done with a server.
 *
 * @param name by which it is chosen and reported
 * @param kind what is measured
 * @param readers how many are connected
 * @param slow how many of them read nothing
 * @param channels over how many they are spread; a round has one message for each
 * @param rate rounds per second; 0 is as fast as it goes
 * @param size of a payload, in bytes
 * @param families to which protocols it applies
 */
record Scenario(
    String name,
    Kind kind,
    int readers,
    int slow,
    int channels,
    int rate,
    int size,
    List<String> families) {

  enum Kind {
    /** CPU per delivery, latency, deliveries per second. */
    FAN_OUT,
    /** Memory per connection. */
    IDLE,
    /** CPU per connection. */
    CONNECT;

    /** Returns the name of what is compared. */
    String unit() {
      return switch (this) {
        case FAN_OUT -> "µs of CPU per delivery";
        case IDLE -> "KB of memory per connection";
        case CONNECT -> "µs of CPU per connection";
      };
    }

    /** Returns what is compared: microseconds, or kilobytes. */
    double cost(Result result) {
      Result.Measured measured = result.measured();
      return this == IDLE ? measured.bytes() / 1024 : measured.cpuMicros();
    }
  }

  private static final List<String> STREAMING = List.of("websocket", "sse", "stream");

  static Scenario fanOut(int readers) {
    return new Scenario("fanout-" + readers, Kind.FAN_OUT, readers, 0, 1, 0, 128, STREAMING);
  }

  Scenario named(String other) {
    return new Scenario(other, kind, readers, slow, channels, rate, size, families);
  }

  Scenario atRate(int perSecond) {
    return new Scenario(
        name + "-at-" + perSecond, kind, readers, slow, channels, perSecond, size, families);
  }

  Scenario overChannels(int count) {
    return new Scenario(
        "channels-" + count + "x" + readers / count,
        kind,
        readers,
        slow,
        count,
        rate,
        size,
        families);
  }

  Scenario ofSize(int bytes) {
    return new Scenario(
        name + "-" + bytes + "B", kind, readers, slow, channels, rate, bytes, families);
  }

  Scenario withSlow(int count) {
    return new Scenario(
        name + "-slow-" + count, kind, readers, count, channels, rate, size, families);
  }

  Scenario over(String... some) {
    return new Scenario(name, kind, readers, slow, channels, rate, size, List.of(some));
  }

  Scenario measuring(Kind other) {
    return new Scenario(
        other.name().toLowerCase(Locale.ROOT) + "-" + readers,
        other,
        readers,
        slow,
        channels,
        rate,
        size,
        families);
  }

  /** Returns what it is, in words. */
  String describe() {
    return switch (kind) {
      case FAN_OUT ->
          "%,d readers on %,d %s, %s, payloads of %,d bytes%s."
              .formatted(
                  readers,
                  channels,
                  channels == 1 ? "channel" : "channels",
                  rate == 0 ? "as fast as it goes" : rate + " messages per second and channel",
                  size,
                  slow == 0 ? "" : "; %,d of the readers read nothing".formatted(slow));
      case IDLE -> "%,d readers that get nothing: resident memory of each.".formatted(readers);
      case CONNECT -> "%,d readers connect, once the server is warm.".formatted(readers);
    };
  }
}
