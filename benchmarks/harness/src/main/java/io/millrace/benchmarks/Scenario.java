package io.millrace.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What is done with a server.
 *
 * @param name the name by which it is chosen and reported
 * @param kind what is measured
 * @param readers how many are connected
 * @param slow how many readers read nothing
 * @param channels over how many channels they are spread; a round has one message for each
 * @param patterns whether each reader has instead a pattern for all channels
 * @param rate rounds per second; 0 for as fast as possible
 * @param size the size of a payload, in bytes
 * @param families the protocols to which it applies
 * @param servers the servers or, with a protocol, the targets to which it applies; empty for all
 */
record Scenario(
    String name,
    Kind kind,
    int readers,
    int slow,
    int channels,
    boolean patterns,
    int rate,
    int size,
    List<String> families,
    List<String> servers) {

  /** How many messages are published while readers are away. */
  static final int MISSED = 100;

  enum Kind {
    /** CPU per delivery, latency, deliveries per second. */
    FAN_OUT,
    /** Memory per connection. */
    IDLE,
    /** CPU per connection. */
    CONNECT,
    /** CPU per connection that reconnects and gets what it missed, and how long that takes. */
    RECONNECT;

    /** Returns the name of the value that is compared. */
    String unit() {
      return switch (this) {
        case FAN_OUT -> "µs of CPU per delivery";
        case IDLE -> "KB of memory per connection";
        case CONNECT -> "µs of CPU per connection";
        case RECONNECT -> "µs of CPU per connection and what it missed";
      };
    }

    /** Returns the value that is compared, in microseconds or kilobytes. */
    double cost(Result result) {
      Result.Measured measured = result.measured();
      return this == IDLE ? measured.bytes() / 1024 : measured.cpuMicros();
    }
  }

  private static final List<String> EVERY =
      List.of(Target.WEBSOCKET, Target.SSE, Target.STREAM, Target.LONGPOLL);

  static Scenario fanOut(int readers) {
    return new Scenario(
        "fanout-" + readers, Kind.FAN_OUT, readers, 0, 1, false, 0, 128, EVERY, List.of());
  }

  Scenario named(String other) {
    return new Scenario(
        other, kind, readers, slow, channels, patterns, rate, size, families, servers);
  }

  Scenario atRate(int perSecond) {
    return new Scenario(
            name, kind, readers, slow, channels, patterns, perSecond, size, families, servers)
        .named(name + "-at-" + perSecond);
  }

  Scenario overChannels(int count) {
    return new Scenario(name, kind, readers, slow, count, false, rate, size, families, servers)
        .named("channels-" + count + "x" + readers / count);
  }

  Scenario byPattern(int count) {
    return new Scenario(name, kind, readers, slow, count, true, rate, size, families, servers)
        .named("patterns-" + count + "x" + readers);
  }

  Scenario ofSize(int bytes) {
    return new Scenario(
            name, kind, readers, slow, channels, patterns, rate, bytes, families, servers)
        .named(name + "-" + bytes + "B");
  }

  Scenario withSlow(int count) {
    return new Scenario(
            name, kind, readers, count, channels, patterns, rate, size, families, servers)
        .named(name + "-slow-" + count);
  }

  Scenario over(String... some) {
    return new Scenario(
        name, kind, readers, slow, channels, patterns, rate, size, List.of(some), servers);
  }

  Scenario with(String... some) {
    return with(List.of(some));
  }

  /** Adds servers to those to which it applies. */
  Scenario with(List<String> some) {
    List<String> all = Stream.concat(servers.stream(), some.stream()).toList();
    return new Scenario(name, kind, readers, slow, channels, patterns, rate, size, families, all);
  }

  Scenario measuring(Kind other) {
    return new Scenario(
            name, other, readers, slow, channels, patterns, rate, size, families, servers)
        .named(other.name().toLowerCase(Locale.ROOT) + "-" + readers);
  }

  /** Returns how many messages a reader gets in each round. */
  int perRound() {
    return patterns ? channels : 1;
  }

  /** Returns whether it measures RabbitMQ. */
  boolean onRabbitMq() {
    return families.contains(Target.RABBITMQ);
  }

  /** Returns a description. */
  String describe() {
    return switch (kind) {
      case FAN_OUT ->
          "%,d readers %s, %s, payloads of %,d bytes%s%s."
              .formatted(
                  readers,
                  where(),
                  rate == 0 ? "as fast as possible" : rate + " messages per second and channel",
                  size,
                  slow == 0 ? "" : "; %,d of the readers read nothing".formatted(slow),
                  onRabbitMq() ? "; RabbitMQ's CPU counts, too" : "");
      case IDLE -> "%,d readers that receive nothing: resident memory of each.".formatted(readers);
      case CONNECT -> "%,d readers connect, once the server is warm.".formatted(readers);
      case RECONNECT ->
          "%,d readers are cut off, %d messages of %,d bytes are published, and all reconnect with their last cursor."
              .formatted(readers, MISSED, size);
    };
  }

  private String where() {
    String some = "%,d %s".formatted(channels, channels == 1 ? "channel" : "channels");
    return patterns ? "with a pattern for " + some : "on " + some;
  }
}
