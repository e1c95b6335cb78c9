package io.millrace.benchmarks.control;

import java.util.HashMap;
import java.util.Map;

/**
 * What to publish: rounds of one message to each channel.
 *
 * @param channels how many channels; their names are {@code bench.0}, {@code bench.1} and so on
 * @param size of each payload, in bytes
 * @param rate rounds per second; 0 for as fast as the window allows
 * @param window how many rounds the slowest reader may be behind
 * @param millis how long to publish
 */
public record Plan(int channels, int size, int rate, int window, int millis) {

  static final String COMMAND = "publish";

  /** The index for all channels, as a pattern. */
  public static final int EVERY = -1;

  /**
   * {@return a channel's name, or a pattern}
   *
   * @param index from 0, or {@link #EVERY}
   */
  public static String channel(int index) {
    return "bench." + (index == EVERY ? "*" : index);
  }

  /** {@return the line that commands it} */
  public String command() {
    return "%s channels=%d size=%d rate=%d window=%d millis=%d"
        .formatted(COMMAND, channels, size, rate, window, millis);
  }

  static Plan parse(String command) {
    Map<String, Integer> fields = new HashMap<>();
    String[] words = command.split(" ", -1);
    for (int i = 1; i < words.length; i++) {
      String[] field = words[i].split("=", -1);
      fields.put(field[0], Integer.valueOf(field[1]));
    }
    return new Plan(
        fields.getOrDefault("channels", 1),
        fields.getOrDefault("size", 128),
        fields.getOrDefault("rate", 0),
        fields.getOrDefault("window", 64),
        fields.getOrDefault("millis", 1000));
  }
}
