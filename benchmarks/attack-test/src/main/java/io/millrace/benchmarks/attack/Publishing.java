package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Attacks by publishing, or by requests to publish. */
final class Publishing {

  private static final int PAIRS = 20;
  private static final int KEY_SECONDS = 10;

  private Publishing() {}

  /** Small messages that make the server hold much. */
  static List<Attack> small() {
    return List.of(
        publish(
            "tiny-messages",
            "one-byte messages on ever new names of 200 characters, by POST",
            Setup.PUBLISHING,
            n -> message("open." + longName(n), "")),
        new SteadyPublishing());
  }

  /** JSON that is expensive to read, or in which it is expensive to find something. */
  static List<Attack> json() {
    Buffer members = hostile(n -> "k" + n);
    Buffer names = hostile(n -> Requests.equalHash(n, PAIRS));
    return List.of(
        new Attempt(
            "json-members",
            "POST of 256 KiB of tiny members to a channel that nobody may publish to",
            Setup.README,
            Flood.http(4, 1),
            n -> members),
        new Attempt(
            "json-equal-hashes",
            "the same with names that have equal hash codes",
            Setup.README,
            Flood.http(4, 1),
            n -> names),
        publish(
            "colliding-keys",
            "idempotency keys with equal hash codes, remembered for 10 s so that they also expire",
            Setup.PUBLISHING.withKeySeconds(KEY_SECONDS),
            n -> message("open.keys", ",\"key\":\"" + Requests.equalHash(n, PAIRS) + "\"")),
        publish(
            "colliding-names",
            "messages to channels whose names have equal hash codes",
            Setup.PUBLISHING,
            n -> message("open." + Requests.equalHash(n, PAIRS), "")));
  }

  /** As fast as possible. */
  static Attack flood() {
    return publish(
        "publish-flood",
        "small messages to one channel by POST, as fast as the server takes them",
        Setup.PUBLISHING,
        n -> message("open.flood", ""));
  }

  private static Attack publish(
      String name, String tries, Setup setup, java.util.function.IntFunction<String> json) {
    return new Attempt(
        name,
        tries,
        setup,
        Flood.http(16, 16),
        n -> Requests.post(Requests.PUBLISH, json.apply(n)));
  }

  static String message(String channel, String more) {
    return "{\"channel\":\"" + channel + "\",\"data\":1" + more + "}";
  }

  /** Returns a name that has the maximum length with a prefix of five characters. */
  static String longName(int number) {
    String end = Integer.toString(number);
    return "n".repeat(195 - end.length()) + end;
  }

  private static Buffer hostile(java.util.function.IntFunction<String> name) {
    int each = name.apply(100_000).length() + 5;
    String members =
        IntStream.range(0, Commands.MOST_BYTES / each - 100)
            .mapToObj(n -> "\"" + name.apply(n) + "\":0")
            .collect(Collectors.joining(","));
    return Requests.post(Requests.PUBLISH, "{" + members + ",\"channel\":\"closed\",\"data\":1}");
  }
}
