package io.millrace.core.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which entries subscriptions want. The decision about a channel is found once. The work is
 * counted, because a client that chooses patterns chooses how much work they are.
 */
final class Wanted {

  /** How many characters of a pattern are compared in the time of one unit of other work. */
  private static final int CHARACTERS_PER_STEP = 16;

  /** How much work is done for one slice. */
  private static final int MOST_STEPS = 1 << 15;

  private final Map<String, ReaderSubscription> byName = new HashMap<>();
  private final List<ReaderSubscription> wide = new ArrayList<>();
  private final Map<ChannelLog, List<ReaderSubscription>> byChannel = new HashMap<>();

  /** How much work a look at the patterns is. */
  private int stepsPerChannel = 1;

  private long steps;

  Wanted(Collection<ReaderSubscription> subscriptions) {
    for (ReaderSubscription subscription : subscriptions) {
      String text = subscription.pattern.toString();
      if (subscription.pattern.isName()) {
        byName.put(text, subscription);
      } else {
        wide.add(subscription);
        stepsPerChannel += 1 + text.length() / CHARACTERS_PER_STEP;
      }
    }
  }

  boolean isWanted(LogEntry entry) {
    steps++;
    for (ReaderSubscription subscription : byChannel.computeIfAbsent(entry.source, this::meaning)) {
      if (subscription.wants(entry)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether enough work was done for one slice. */
  boolean isEnough() {
    return steps > MOST_STEPS;
  }

  private List<ReaderSubscription> meaning(ChannelLog channel) {
    steps += stepsPerChannel;
    List<ReaderSubscription> meaning = new ArrayList<>(1);
    ReaderSubscription named = byName.get(channel.text());
    if (named != null) {
      meaning.add(named);
    }
    for (ReaderSubscription subscription : wide) {
      if (subscription.pattern.covers(channel.pattern())) {
        meaning.add(subscription);
      }
    }
    return meaning;
  }
}
