package io.millrace.samples.demo;

import com.rometools.rome.feed.synd.SyndCategory;
import com.rometools.rome.feed.synd.SyndContent;
import com.rometools.rome.feed.synd.SyndEntry;
import com.rometools.rome.feed.synd.SyndFeed;
import com.rometools.rome.io.FeedException;
import com.rometools.rome.io.SyndFeedInput;
import com.rometools.rome.io.XmlReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.jsoup.Jsoup;
import org.jspecify.annotations.Nullable;

/** Reads RSS and Atom. Blocks, so it is for worker threads. */
final class FeedParser {

  private static final int MAX_TITLE = 200;
  private static final int MAX_SUMMARY = 400;

  private FeedParser() {}

  /**
   * Reads a feed.
   *
   * @param body the bytes of the document
   * @param contentType the response's Content-Type, which may name the charset (RFC 7303); empty if
   *     unknown
   * @param kinds categories that become the kind of their entries
   * @return the entries, oldest first
   * @throws IOException if it is not a feed, or has a document type declaration, which can contain
   *     external entities and entity bombs
   */
  static List<FeedEntry> parse(byte[] body, String contentType, List<String> kinds)
      throws IOException {
    SyndFeed feed;
    try (XmlReader reader =
        new XmlReader(
            new ByteArrayInputStream(body), contentType.isEmpty() ? null : contentType, true)) {
      SyndFeedInput input = new SyndFeedInput();
      input.setAllowDoctypes(false);
      feed = input.build(reader);
    } catch (FeedException | IllegalArgumentException e) {
      throw new IOException("not a readable RSS or Atom document: " + e.getMessage(), e);
    }
    Instant now = Instant.now();
    List<FeedEntry> entries = new ArrayList<>();
    // Feeds have the newest first; reversed, entries of the same second keep their order.
    for (int i = feed.getEntries().size() - 1; i >= 0; i--) {
      entries.add(entry(feed.getEntries().get(i), kinds, now));
    }
    entries.sort((a, b) -> a.updated().compareTo(b.updated()));
    return entries;
  }

  private static FeedEntry entry(SyndEntry entry, List<String> kinds, Instant now) {
    String title = text(entry.getTitle(), MAX_TITLE);
    SyndContent description = entry.getDescription();
    if (description == null && !entry.getContents().isEmpty()) {
      description = entry.getContents().get(0);
    }
    String summary = description == null ? "" : text(description.getValue(), MAX_SUMMARY);
    String link = link(entry.getLink());
    Instant updated =
        instant(entry.getUpdatedDate(), instant(entry.getPublishedDate(), Instant.EPOCH));
    Instant published = instant(entry.getPublishedDate(), updated);
    return new FeedEntry(
        id(entry, link, title),
        kind(entry.getCategories(), kinds),
        title.isEmpty() ? summary : title,
        summary.equals(title) ? "" : summary,
        link,
        published.equals(Instant.EPOCH) ? now : published,
        updated.equals(Instant.EPOCH) ? now : updated);
  }

  private static String id(SyndEntry entry, String link, String title) {
    String uri = entry.getUri();
    if (uri != null && !uri.isBlank()) {
      return uri.strip();
    }
    return link.isEmpty() ? title : link;
  }

  private static String kind(List<SyndCategory> categories, List<String> kinds) {
    return categories.stream()
        .map(SyndCategory::getName)
        .filter(name -> name != null)
        .map(name -> name.strip().toLowerCase(Locale.ROOT))
        .filter(kinds::contains)
        .findFirst()
        .orElse(FeedEntry.ENTRY);
  }

  /** Titles and summaries of feeds may contain HTML, escaped or not; pages must show text. */
  private static String text(@Nullable String html, int limit) {
    if (html == null) {
      return "";
    }
    String text = Jsoup.parse(html).text().strip();
    if (text.codePointCount(0, text.length()) <= limit) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, limit - 1)).stripTrailing() + "…";
  }

  private static String link(@Nullable String link) {
    String url = link == null ? "" : link.strip();
    return url.startsWith("https://") || url.startsWith("http://") ? url : "";
  }

  private static Instant instant(@Nullable Date date, Instant otherwise) {
    return date == null ? otherwise : date.toInstant();
  }
}
