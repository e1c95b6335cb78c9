package io.millrace.core.log;

import io.millrace.Message;

/**
 * What a message reports: a newer one that reports the same can take its place. If it does not say
 * what it replaces, that is its event.
 *
 * @param channel its channel
 * @param name the value of {@code replaces}, or the event
 * @param replaces which of them it is
 */
record Reported(ChannelLog channel, String name, boolean replaces) implements Comparable<Reported> {

  static Reported by(LogEntry entry) {
    Message message = entry.message();
    boolean replaces = message.replaces().isPresent();
    return new Reported(entry.source, message.replaces().orElse(message.event()), replaces);
  }

  /** So a map of them stays fast even if somebody chooses names with equal hash codes. */
  @Override
  public int compareTo(Reported other) {
    int names = name.compareTo(other.name);
    if (names != 0) {
      return names;
    }
    return replaces == other.replaces
        ? channel.pattern().compareTo(other.channel.pattern())
        : Boolean.compare(replaces, other.replaces);
  }
}
