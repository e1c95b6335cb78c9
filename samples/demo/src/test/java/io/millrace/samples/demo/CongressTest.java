package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CongressTest {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Instant now = START;
  private final Congress congress =
      new Congress(
          new Clock() {
            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private List<FeedEntry> entries() throws IOException {
    return FeedParser.parse(
        congress.edition().atom().getBytes(), "application/atom+xml", Congress.KINDS);
  }

  @Test
  void itHoldsTwentyEntriesNoneOfTheFuture() throws IOException {
    assertThat(entries())
        .hasSize(20)
        .allSatisfy(
            entry -> {
              assertThat(entry.updated()).isBeforeOrEqualTo(now);
              assertThat(Congress.KINDS).contains(entry.kind());
              assertThat(entry.title()).isNotEmpty();
              assertThat(entry.summary()).isNotEmpty();
            });
  }

  @Test
  void itGainsAnEntryEveryFewSecondsAndSomeChange() throws IOException {
    SeenEntries seen = new SeenEntries(1000);
    seen.add(entries());
    List<String> events = new ArrayList<>();
    Duration watched = Congress.SLOT.multipliedBy(60);
    while (now.isBefore(START.plus(watched))) {
      now = now.plusSeconds(1);
      seen.add(entries()).forEach(news -> events.add(news.event()));
    }

    assertThat(events).contains("vote", "bill", "statement", "floor", "hearing", "update");
    assertThat(events.stream().filter(event -> !event.equals("update")).count())
        .isBetween(59L, 61L);
  }

  @Test
  void theSameTextsComeBackUnderNewIds() throws IOException {
    Set<String> ids = new HashSet<>();
    entries().forEach(entry -> ids.add(entry.id()));
    List<String> titles = entries().stream().map(FeedEntry::title).toList();
    now = now.plus(Congress.SLOT.multipliedBy(60));

    // The moment within a slot differs, so the newest may be one off.
    assertThat(entries()).extracting(FeedEntry::title).containsAnyElementsOf(titles);
    assertThat(entries()).extracting(FeedEntry::id).doesNotContainAnyElementsOf(ids);
  }

  @Test
  void anEditionIsTheSameUntilSomethingChanges() {
    Congress.Edition first = congress.edition();
    assertThat(congress.edition()).isSameAs(first);

    now = now.plus(Congress.SLOT.multipliedBy(2));
    assertThat(congress.edition().etag()).isNotEqualTo(first.etag());
  }
}
