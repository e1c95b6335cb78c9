package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * What a reader follows: a channel or pattern, and which of its events. How far the reader has got
 * with it is a {@link ReadPosition}.
 */
public record ReaderSubscription(ChannelPattern pattern, EventFilter filter) {

  /** Returns the channels and patterns, without the events. */
  public static List<ChannelPattern> patterns(Collection<ReaderSubscription> subscriptions) {
    List<ChannelPattern> patterns = new ArrayList<>(subscriptions.size());
    for (ReaderSubscription subscription : subscriptions) {
      patterns.add(subscription.pattern());
    }
    return patterns;
  }
}
