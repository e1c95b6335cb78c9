package io.millrace.samples.demo;

import com.rometools.rome.feed.atom.Category;
import com.rometools.rome.feed.atom.Content;
import com.rometools.rome.feed.atom.Entry;
import com.rometools.rome.feed.atom.Feed;
import com.rometools.rome.feed.atom.Link;
import com.rometools.rome.io.FeedException;
import com.rometools.rome.io.WireFeedOutput;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A made-up Atom feed (RFC 4287) in the style of Stream Congress, for a demo without a network. It
 * gets a new entry every few seconds, and some entries change later. Its contents depend only on
 * the clock, so it needs neither a timer nor memory. Safe on any thread.
 */
final class Congress {

  /** The kinds of its entries. */
  static final List<String> KINDS = List.of("vote", "bill", "statement", "floor", "hearing");

  /** In each span of this length, one entry is published. */
  static final Duration SLOT = Duration.ofSeconds(4);

  /** How long after its publication an entry changes, if it does. */
  static final Duration CHANGE = Duration.ofSeconds(14);

  private static final int HELD = 20;

  /**
   * The feed at one moment.
   *
   * @param etag changes whenever the document does
   * @param lastModified when the document last changed
   * @param atom the document, UTF-8
   */
  record Edition(String etag, Instant lastModified, Buffer atom) {}

  private final Clock clock;
  private final List<JsonObject> catalogue;
  private volatile @Nullable Edition newest;

  /**
   * Makes a feed.
   *
   * @param clock the clock that it depends on
   */
  Congress(Clock clock) {
    this.clock = clock;
    this.catalogue =
        new JsonArray(Resources.read("congress.json"))
            .stream().map(JsonObject.class::cast).toList();
  }

  /** {@return the feed as it is now} */
  Edition edition() {
    Instant now = clock.instant();
    List<Entry> entries = new ArrayList<>();
    Instant modified = Instant.EPOCH;
    for (long number = newestAt(now); entries.size() < HELD; number--) {
      Entry entry = entry(number, now);
      entries.add(entry);
      Instant updated = entry.getUpdated().toInstant();
      modified = updated.isAfter(modified) ? updated : modified;
    }
    String etag = "\"" + Long.toString(modified.toEpochMilli(), 36) + "\"";
    Edition held = newest;
    if (held != null && held.etag().equals(etag)) {
      return held;
    }
    Edition edition = new Edition(etag, modified, write(entries, modified));
    newest = edition;
    return edition;
  }

  private static long newestAt(Instant now) {
    long number = now.toEpochMilli() / SLOT.toMillis();
    return publishedAt(number).isAfter(now) ? number - 1 : number;
  }

  /** A moment somewhere in the slot, because real feeds are not regular. */
  private static Instant publishedAt(long number) {
    long within = Math.floorMod(number * 2_654_435_761L, SLOT.toMillis() * 3 / 4);
    return Instant.ofEpochMilli(number * SLOT.toMillis() + within);
  }

  private Entry entry(long number, Instant now) {
    JsonObject text = catalogue.get((int) Math.floorMod(number, (long) catalogue.size()));
    Instant published = publishedAt(number);
    Instant change = published.plus(CHANGE);
    boolean changed = text.containsKey("update") && !change.isAfter(now);
    Content summary = new Content();
    summary.setType(Content.TEXT);
    summary.setValue(text.getString(changed ? "update" : "summary"));
    Category category = new Category();
    category.setTerm(text.getString("kind"));
    Entry entry = new Entry();
    entry.setId("tag:millrace.io,2026:congress/" + number);
    entry.setTitle(text.getString("title"));
    entry.setSummary(summary);
    entry.setCategories(List.of(category));
    entry.setPublished(Date.from(published));
    entry.setUpdated(Date.from(changed ? change : published));
    return entry;
  }

  private static Buffer write(List<Entry> entries, Instant modified) {
    Link self = new Link();
    self.setRel("self");
    self.setHref("/feed.xml");
    Feed feed = new Feed("atom_1.0");
    feed.setId("tag:millrace.io,2026:congress");
    feed.setTitle("Congress, imagined");
    feed.setUpdated(Date.from(modified));
    feed.setOtherLinks(List.of(self));
    feed.setEntries(entries);
    try {
      return Buffer.buffer(new WireFeedOutput().outputString(feed));
    } catch (FeedException e) {
      throw new IllegalStateException(e);
    }
  }
}
