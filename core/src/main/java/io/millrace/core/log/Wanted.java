package io.millrace.core.log;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the subscriptions to the channels of entries, for each channel once. The work is counted,
 * because a client that chooses patterns chooses how much work they are.
 */
final class Wanted {

  /** How many characters of a pattern are compared in the time of one unit of other work. */
  private static final int CHARACTERS_PER_STEP = 16;

  /** How much work is done for one slice. */
  private static final int MOST_STEPS = 1 << 15;

  private final Map<String, ReadPosition> byName = new HashMap<>();
  private final List<ReadPosition> wide = new ArrayList<>();
  private final Map<ChannelLog, List<ReadPosition>> byChannel = new HashMap<>();

  /** How much work a look at the patterns is. */
  private int stepsPerChannel = 1;

  private long steps;

  Wanted(Collection<ReadPosition> positions) {
    for (ReadPosition position : positions) {
      String text = position.pattern().toString();
      if (position.pattern().isName()) {
        byName.put(text, position);
      } else {
        wide.add(position);
        stepsPerChannel += 1 + text.length() / CHARACTERS_PER_STEP;
      }
    }
  }

  /** Returns the subscriptions to the channel of an entry. */
  List<ReadPosition> positions(LogEntry entry) {
    steps++;
    return byChannel.computeIfAbsent(entry.source, this::meaning);
  }

  /** Returns whether enough work was done for one slice. */
  boolean isEnough() {
    return steps > MOST_STEPS;
  }

  private List<ReadPosition> meaning(ChannelLog channel) {
    steps += stepsPerChannel;
    List<ReadPosition> meaning = new ArrayList<>(1);
    ReadPosition named = byName.get(channel.text());
    if (named != null) {
      meaning.add(named);
    }
    for (ReadPosition position : wide) {
      if (position.pattern().covers(channel.pattern())) {
        meaning.add(position);
      }
    }
    return meaning;
  }
}
