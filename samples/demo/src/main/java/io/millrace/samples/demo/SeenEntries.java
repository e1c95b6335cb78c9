package io.millrace.samples.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The entries of a feed that were published already. Bounded; not safe for several threads. */
final class SeenEntries {

  /**
   * An entry to publish.
   *
   * @param event its kind if it is new; {@link FeedEntry#UPDATE} if it has changed
   * @param entry the entry
   */
  record News(String event, FeedEntry entry) {}

  private final int limit;
  private final Map<String, Integer> fingerprints;

  /**
   * Makes an object that has seen nothing yet.
   *
   * @param limit how many entries to remember; must be more than a feed holds at once, otherwise
   *     old entries appear to be new
   */
  SeenEntries(int limit) {
    this.limit = limit;
    this.fingerprints = new LinkedHashMap<>(16, 0.75f, true);
  }

  /**
   * Returns the entries that are new or have changed, and remembers them.
   *
   * @param entries all entries that the feed holds now, oldest first
   * @return the entries to publish, in the same order; of several with the same id, only the first
   */
  List<News> add(List<FeedEntry> entries) {
    Map<String, FeedEntry> unique = new LinkedHashMap<>();
    entries.forEach(entry -> unique.putIfAbsent(entry.id(), entry));
    List<News> news = new ArrayList<>();
    for (FeedEntry entry : unique.values()) {
      int fingerprint = fingerprint(entry);
      Integer before = fingerprints.put(entry.id(), fingerprint);
      if (before == null) {
        news.add(new News(entry.kind(), entry));
      } else if (before != fingerprint) {
        news.add(new News(FeedEntry.UPDATE, entry));
      }
    }
    var eldest = fingerprints.keySet().iterator();
    while (fingerprints.size() > limit) {
      eldest.next();
      eldest.remove();
    }
    return news;
  }

  /** Ignores the dates, because some feeds give every entry a new one at each request. */
  private static int fingerprint(FeedEntry entry) {
    return Objects.hash(entry.kind(), entry.title(), entry.summary(), entry.link());
  }
}
