package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeenEntriesTest {

  private final SeenEntries seen = new SeenEntries(100);

  private static FeedEntry entry(String id, String title) {
    return new FeedEntry(id, "vote", title, "", "", Instant.EPOCH, Instant.EPOCH);
  }

  @Test
  void a_new_entry_is_news_of_its_kind_once() {
    FeedEntry entry = entry("1", "a");

    assertThat(seen.add(List.of(entry))).containsExactly(new SeenEntries.News("vote", entry));
    assertThat(seen.add(List.of(entry))).isEmpty();
  }

  @Test
  void a_changed_entry_is_an_update() {
    seen.add(List.of(entry("1", "a")));
    FeedEntry changed = entry("1", "b");

    assertThat(seen.add(List.of(changed))).containsExactly(new SeenEntries.News("update", changed));
    assertThat(seen.add(List.of(changed))).isEmpty();
  }

  @Test
  void a_new_date_alone_is_no_news() {
    seen.add(List.of(entry("1", "a")));

    assertThat(
            seen.add(
                List.of(
                    new FeedEntry(
                        "1", "vote", "a", "", "", Instant.EPOCH, Instant.ofEpochSecond(9)))))
        .isEmpty();
  }

  @Test
  void of_entries_with_one_id_the_first_counts() {
    assertThat(seen.add(List.of(entry("1", "a"), entry("1", "b"), entry("2", "c"))))
        .extracting(news -> news.entry().title())
        .containsExactly("a", "c");
    assertThat(seen.add(List.of(entry("1", "a"), entry("1", "b")))).isEmpty();
  }

  @Test
  void what_was_seen_longest_ago_is_forgotten_first() {
    IntStream.range(0, 150).forEach(i -> seen.add(List.of(entry("0", "a"), entry("n" + i, "a"))));

    assertThat(seen.add(List.of(entry("0", "a"), entry("n149", "a"), entry("n60", "a")))).isEmpty();
    assertThat(seen.add(List.of(entry("n1", "a")))).hasSize(1);
  }
}
