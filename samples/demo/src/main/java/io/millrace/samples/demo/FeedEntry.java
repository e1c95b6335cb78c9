package io.millrace.samples.demo;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * An entry of a feed as it was when read.
 *
 * @param id what the feed calls it, unique within the feed
 * @param kind the category it is shown under, {@value #ENTRY} if the feed gave none that is known
 * @param title plain text
 * @param summary plain text, shortened; may be empty
 * @param link an http or https URL, or empty
 * @param published when it first appeared, as the feed says
 * @param updated when it last changed, as the feed says
 */
record FeedEntry(
    String id,
    String kind,
    String title,
    String summary,
    String link,
    Instant published,
    Instant updated) {

  /** The kind of an entry whose feed gave no kind that is known. */
  static final String ENTRY = "entry";

  /** The event of an entry that was there before and has changed; never the kind of one. */
  static final String UPDATE = "update";

  /** {@return what the page gets} */
  JsonObject toJson(String feed) {
    return new JsonObject()
        .put("feed", feed)
        .put("id", id)
        .put("kind", kind)
        .put("title", title)
        .put("summary", summary)
        .put("link", link)
        .put("published", published.toString())
        .put("updated", updated.toString());
  }
}
