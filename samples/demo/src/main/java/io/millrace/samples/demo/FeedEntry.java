package io.millrace.samples.demo;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/**
 * An entry of a feed as it was read.
 *
 * @param id the id that the feed gives it, unique within the feed
 * @param kind the category that it is shown under; {@value #ENTRY} if the feed gave no known one
 * @param title plain text
 * @param summary plain text, shortened; may be empty
 * @param link an http or https URL, or empty
 * @param published when it first appeared, according to the feed
 * @param updated when it last changed, according to the feed
 */
record FeedEntry(
    String id,
    String kind,
    String title,
    String summary,
    String link,
    Instant published,
    Instant updated) {

  /** The kind of an entry whose feed gave no known kind. */
  static final String ENTRY = "entry";

  /** The event of an entry that was published before and has changed; never a kind. */
  static final String UPDATE = "update";

  /** {@return the entry as the page gets it} */
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
