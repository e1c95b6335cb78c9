package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.Arrays;
import java.util.List;

/**
 * The marks of channels that are no longer tracked, in fixed tables by hash; if several share a
 * slot, the highest counts. So the memory is bounded, a loss is never hidden, and a false gap is
 * reported rarely. Guarded by the log's lock.
 */
final class ForgottenMarks {

  private static final int SLOTS = 1 << 16;

  /** How many segments of a name are used to find the mark of a pattern. */
  private static final int DEEPEST_PREFIX = 8;

  private final long[] byName = new long[SLOTS];
  private final long[] byPrefix = new long[SLOTS];
  private long everywhere;
  private long interrupted;

  /** Remembers the mark of a name. */
  void remember(ChannelPattern name, long mark) {
    if (mark == 0) {
      return;
    }
    raise(byName, name.toString(), mark);
    List<String> segments = name.segments();
    for (int depth = 0; depth <= Math.min(segments.size() - 1, DEEPEST_PREFIX); depth++) {
      raise(byPrefix, prefix(segments, depth), mark);
    }
  }

  /** Gives a source that is tracked again its marks. */
  void recall(LogSource source) {
    long mark = of(source.pattern());
    source.raiseMark(mark);
    if (interrupted > 0 && mark >= interrupted) {
      source.interruptAt(interrupted); // For this one or another; that is no longer known.
    }
  }

  /** Remembers a mark that an interruption left on a name or pattern. */
  void rememberInterruption(ChannelPattern pattern, long mark) {
    interrupted = Math.max(interrupted, mark);
    if (pattern.isName()) {
      remember(pattern, mark);
    } else {
      rememberEverywhere(mark);
    }
  }

  /** Remembers a mark for every possible channel. */
  void rememberEverywhere(long mark) {
    everywhere = Math.max(everywhere, mark);
  }

  void clear() {
    Arrays.fill(byName, 0);
    Arrays.fill(byPrefix, 0);
    everywhere = 0;
    interrupted = 0;
  }

  /** Returns the mark of a name, or the highest of all names that a pattern may match. */
  long of(ChannelPattern pattern) {
    List<String> segments = pattern.segments();
    long mark =
        pattern.isName()
            ? byName[slot(pattern.toString())]
            : byPrefix[slot(prefix(segments, literals(segments)))];
    return Math.max(mark, everywhere);
  }

  private static int literals(List<String> segments) {
    int depth = 0;
    while (depth < segments.size()
        && depth < DEEPEST_PREFIX
        && !segments.get(depth).startsWith("*")) {
      depth++;
    }
    return depth;
  }

  private static String prefix(List<String> segments, int depth) {
    return String.join(".", segments.subList(0, depth));
  }

  private static void raise(long[] table, String key, long mark) {
    int slot = slot(key);
    table[slot] = Math.max(table[slot], mark);
  }

  private static int slot(String key) {
    int hash = key.hashCode();
    return (hash ^ (hash >>> 16)) & (SLOTS - 1);
  }
}
