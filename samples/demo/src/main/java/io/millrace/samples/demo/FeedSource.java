package io.millrace.samples.demo;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A feed to follow.
 *
 * @param name the last segment of its channel, {@code feed.<name>}
 * @param uri its http or https URL
 * @param interval how often it is requested
 * @param kinds categories that become the event of their entries; entries of others are an {@code
 *     entry}
 */
record FeedSource(String name, URI uri, Duration interval, List<String> kinds) {

  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final Duration BUNDLED_INTERVAL = Duration.ofSeconds(2);

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /**
   * Returns the feed that the demo itself serves. It is requested more often than others.
   *
   * @param port where the demo listens
   * @return the source
   */
  static FeedSource bundled(int port) {
    URI uri = URI.create("http://127.0.0.1:" + port + "/feed.xml");
    return new FeedSource("congress", uri, BUNDLED_INTERVAL, Congress.KINDS);
  }

  /**
   * Reads {@code name=url}.
   *
   * @param text the text
   * @return the source; it is requested every 15 s
   * @throws IllegalArgumentException with a message that says what is wrong
   */
  static FeedSource parse(String text) {
    int equals = text.indexOf('=');
    String name = equals < 0 ? "" : text.substring(0, equals).strip();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a feed must be name=url, with a name of letters, digits, - and _: " + text);
    }
    try {
      URI uri = new URI(text.substring(equals + 1).strip());
      String scheme = String.valueOf(uri.getScheme());
      if (uri.getHost() == null || !(scheme.equals("http") || scheme.equals("https"))) {
        throw new IllegalArgumentException("a feed's URL must be http or https: " + text);
      }
      return new FeedSource(name, uri, INTERVAL, List.of());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException("not a URL: " + text, e);
    }
  }

  /**
   * Reads a file of {@code name=url} lines. Empty lines and lines that begin with {@code #} are
   * skipped.
   *
   * @param file the file, UTF-8
   * @return the sources
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if a line cannot be read
   */
  static List<FeedSource> read(Path file) throws IOException {
    List<FeedSource> sources = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      if (!line.isBlank() && !line.stripLeading().startsWith("#")) {
        sources.add(parse(line));
      }
    }
    return sources;
  }
}
