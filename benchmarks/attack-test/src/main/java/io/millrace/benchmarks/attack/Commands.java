package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Attacks by commands on WebSockets, and by the same requests over HTTP. */
final class Commands {

  /** The maximum size of a client's message. */
  static final int MOST_BYTES = 256 << 10;

  private static final int MOST_CHANNELS = 100;
  private static final int SEGMENTS = 100;
  private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  private static final int PARTS = 100;
  private static final int PER_PART = 1000;
  private static final int MILLION = 1_000_000;

  private Commands() {}

  /** A few bytes of commands that make the server hold much. */
  static List<Attack> small() {
    Buffer tiny = Requests.frame(tinyCommands());
    return List.of(
        new Attempt(
            "tiny-commands",
            "frames of 256 KiB with 37,000 commands of 7 bytes, on 40 WebSockets",
            Setup.README,
            Flood.webSocket(40, Integer.MAX_VALUE),
            n -> tiny),
        new Attempt(
            "long-names",
            "100 names of 100 one-letter segments on each of 1,000 WebSockets",
            Setup.README,
            Flood.webSocket(1000, 1),
            Commands::longNames));
  }

  /** Many more subscriptions than a client may have. */
  static Attack subscriptions() {
    return new Attempt(
        "many-subscriptions",
        "10,000 names and more on each of 10 WebSockets, 100 new ones in each command",
        Setup.README,
        Flood.webSocket(10, 10),
        n ->
            Requests.frame(
                "{\"type\":\"subscribe\",\"id\":"
                    + n
                    + ",\"channels\":"
                    + Requests.list(IntStream.range(0, MOST_CHANNELS), i -> "many." + n + "." + i)
                    + "}"));
  }

  /** Patterns whose channels the server must find. */
  static List<Attack> patterns() {
    Setup many = Setup.README.withPatterns().holding(new Setup.Contents(PARTS * PER_PART, 1, 1));
    return List.of(
        new Attempt(
            "patterns-websocket",
            "100 new patterns in each command of one WebSocket, then none of them; 100,000 channels are held",
            many,
            Flood.webSocket(1, 2),
            n -> Requests.frame(command(n % 2 == 0 ? "subscribe" : "unsubscribe", n, n / 2))),
        new Attempt(
            "patterns-poll",
            "100 new patterns in each poll, ten polls at a time; 100,000 channels are held",
            many,
            Flood.http(10, 1),
            n -> Requests.post(Requests.MOUNT + "/poll", "{\"channels\":" + patterns(n) + "}")));
  }

  /** Requests for which the server must find the newest messages. */
  static List<Attack> newest() {
    Setup full = Setup.README.holding(new Setup.Contents(MOST_CHANNELS, 100, 10));
    return List.of(
        new Attempt(
            "last",
            "polls with last=1000 over 100 channels with 100 messages each, ten at a time",
            full,
            Flood.http(10, 1),
            n -> Requests.request("GET", last())),
        new Attempt(
            "last-head",
            "HEAD of the same",
            full,
            Flood.http(10, 1),
            n -> Requests.request("HEAD", last())));
  }

  /** Requests of channels of which there are very many. */
  static Attack millionChannels() {
    return new Attempt(
        "million-channels",
        "polls with last=1 of one after the other of 1,000,000 channels, to each of which one message was published",
        Setup.README.holding(new Setup.Contents(MILLION, 1, 1)),
        Flood.http(10, 1),
        n ->
            Requests.request("GET", Requests.MOUNT + "?last=1&channels=" + Feed.held(n % MILLION)));
  }

  /** Frames of which something may be kept after they were carried out. */
  static Attack kept() {
    String command = "{\"type\":\"unsubscribe\",\"id\":1,\"channels\":[\"clock\"]";
    Buffer frame = Requests.frame(command + " ".repeat(MOST_BYTES - command.length() - 1) + "}");
    return new Attempt(
        "kept-frames",
        "a frame of 256 KiB with one command on each of 1,000 WebSockets",
        Setup.README,
        Flood.webSocket(1000, 1),
        n -> frame);
  }

  /** Each is refused, because it has no type. */
  private static String tinyCommands() {
    String command = "{\"\":0}";
    return "[" + (command + ",").repeat(MOST_BYTES / (command.length() + 1) - 1) + command + "]";
  }

  private static Buffer longNames(int number) {
    Random random = new Random(number);
    String names =
        Requests.list(
            IntStream.range(0, MOST_CHANNELS),
            n -> {
              StringBuilder name = new StringBuilder();
              for (int i = 0; i < SEGMENTS; i++) {
                name.append(i == 0 ? "" : ".").append(letter(random));
              }
              return name.toString();
            });
    return Requests.frame("{\"type\":\"subscribe\",\"id\":1,\"channels\":" + names + "}");
  }

  private static char letter(Random random) {
    return LETTERS.charAt(random.nextInt(LETTERS.length()));
  }

  private static String command(String type, int id, int round) {
    return "{\"type\":\"" + type + "\",\"id\":" + id + ",\"channels\":" + patterns(round) + "}";
  }

  /** Half of them match a thousand channels, the other half a hundred. */
  private static String patterns(int round) {
    int half = MOST_CHANNELS / 2;
    return Requests.list(
        IntStream.range(0, MOST_CHANNELS),
        n ->
            n < half
                ? "held." + (round * half + n) % PARTS + ".*"
                : "held.*." + (round * half + n) % PER_PART);
  }

  private static String last() {
    String names =
        String.join(",", IntStream.range(0, MOST_CHANNELS).mapToObj(Feed::held).toList());
    return Requests.MOUNT + "?last=1000&channels=" + names;
  }
}
