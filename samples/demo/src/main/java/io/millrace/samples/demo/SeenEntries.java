package io.millrace.samples.demo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What of a feed was published already. Bounded; not safe for use by several threads. */
final class SeenEntries {

  /**
   * An entry to publish.
   *
   * @param event its kind if it is new, {@link FeedEntry#UPDATE} if it has changed
   * @param entry the entry
   */
  record News(String event, FeedEntry entry) {}

  private final int limit;
  private final Map<String, Integer> fingerprints;

  /**
   * Nothing seen yet.
   *
   * @param limit how many entries to remember; more than a feed holds at once, or old ones are
   *     taken for new
   */
  SeenEntries(int limit) {
    this.limit = limit;
    this.fingerprints = new LinkedHashMap<>(16, 0.75f, true);
  }

  /**
   * Returns what is new or has changed, and remembers it.
   *
   * @param entries all that the feed holds now, oldest first
   * @return what to publish, in the same order; of entries with one id only the first
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

  /** Without the dates: some feeds stamp every entry anew at each request. */
  private static int fingerprint(FeedEntry entry) {
    return Objects.hash(entry.kind(), entry.title(), entry.summary(), entry.link());
  }
}
