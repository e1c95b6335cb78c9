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
  void aNewEntryIsNewsOfItsKindOnce() {
    FeedEntry entry = entry("1", "a");

    assertThat(seen.add(List.of(entry))).containsExactly(new SeenEntries.News("vote", entry));
    assertThat(seen.add(List.of(entry))).isEmpty();
  }

  @Test
  void aChangedEntryIsAnUpdate() {
    seen.add(List.of(entry("1", "a")));
    FeedEntry changed = entry("1", "b");

    assertThat(seen.add(List.of(changed))).containsExactly(new SeenEntries.News("update", changed));
    assertThat(seen.add(List.of(changed))).isEmpty();
  }

  @Test
  void aNewDateAloneIsNoNews() {
    seen.add(List.of(entry("1", "a")));

    assertThat(
            seen.add(
                List.of(
                    new FeedEntry(
                        "1", "vote", "a", "", "", Instant.EPOCH, Instant.ofEpochSecond(9)))))
        .isEmpty();
  }

  @Test
  void ofEntriesWithOneIdTheFirstCounts() {
    assertThat(seen.add(List.of(entry("1", "a"), entry("1", "b"), entry("2", "c"))))
        .extracting(news -> news.entry().title())
        .containsExactly("a", "c");
    assertThat(seen.add(List.of(entry("1", "a"), entry("1", "b")))).isEmpty();
  }

  @Test
  void whatWasSeenLongestAgoIsForgottenFirst() {
    IntStream.range(0, 150).forEach(i -> seen.add(List.of(entry("0", "a"), entry("n" + i, "a"))));

    assertThat(seen.add(List.of(entry("0", "a"), entry("n149", "a"), entry("n60", "a")))).isEmpty();
    assertThat(seen.add(List.of(entry("n1", "a")))).hasSize(1);
  }
}
