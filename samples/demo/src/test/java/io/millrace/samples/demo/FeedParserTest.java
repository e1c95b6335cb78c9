package io.millrace.samples.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedParserTest {

  private static final String RSS =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <rss version="2.0"><channel><title>t</title><link>http://x.example/</link><description>d</description>
      %s
      </channel></rss>
      """;

  private static List<FeedEntry> parse(String document) throws IOException {
    return FeedParser.parse(document.getBytes(UTF_8), "", List.of("vote"));
  }

  @Test
  void entriesOfRssComeOldestFirst() throws IOException {
    String items =
        """
        <item><guid>2</guid><title>Second</title><link>https://x.example/2</link>
          <pubDate>Tue, 06 Jan 2026 10:00:00 GMT</pubDate></item>
        <item><guid>1</guid><title>First</title><pubDate>Mon, 05 Jan 2026 10:00:00 GMT</pubDate></item>
        """;

    List<FeedEntry> entries = parse(RSS.formatted(items));

    assertThat(entries).extracting(FeedEntry::title).containsExactly("First", "Second");
    assertThat(entries.get(1))
        .isEqualTo(
            new FeedEntry(
                "2",
                "entry",
                "Second",
                "",
                "https://x.example/2",
                Instant.parse("2026-01-06T10:00:00Z"),
                Instant.parse("2026-01-06T10:00:00Z")));
  }

  @Test
  void entriesWithoutDatesKeepTheOrderOfTheFeed() throws IOException {
    String items = "<item><title>New</title></item><item><title>Old</title></item>";

    assertThat(parse(RSS.formatted(items)))
        .extracting(FeedEntry::title)
        .containsExactly("Old", "New");
  }

  @Test
  void htmlInTitlesAndSummariesBecomesText() throws IOException {
    String items =
        """
        <item><guid>1</guid><title>A &lt;b&gt;bold&lt;/b&gt; &amp;amp; 굵은 title</title>
        <description><![CDATA[<p>Text<script>alert(1)</script> and <a href="javascript:alert(1)">more</a></p>]]></description>
        <link>javascript:alert(1)</link></item>
        """;

    FeedEntry entry = parse(RSS.formatted(items)).get(0);

    assertThat(entry.title()).isEqualTo("A bold & 굵은 title");
    assertThat(entry.summary()).isEqualTo("Text and more");
    assertThat(entry.link()).isEmpty();
  }

  @Test
  void longSummariesAreCutBetweenCharacters() throws IOException {
    String items =
        "<item><title>t</title><description>" + "🌊".repeat(1000) + "</description></item>";

    String summary = parse(RSS.formatted(items)).get(0).summary();

    assertThat(summary.codePointCount(0, summary.length())).isEqualTo(400);
    assertThat(summary).startsWith("🌊").endsWith("🌊…");
  }

  @Test
  void onlyCategoriesThatAreWantedBecomeKinds() throws IOException {
    String items =
        """
        <item><guid>1</guid><title>a</title><category>Sports</category><category>Vote</category></item>
        <item><guid>2</guid><title>b</title><category>Sports</category></item>
        """;

    assertThat(parse(RSS.formatted(items)))
        .extracting(FeedEntry::kind)
        .containsExactly("entry", "vote");
  }

  @Test
  void theCharsetOfTheContentTypeIsUsed() throws IOException {
    String document =
        "<rss version=\"2.0\"><channel><title>t</title><link>http://x.example</link><description>d</description>"
            + "<item><title>이벤트</title></item></channel></rss>";

    List<FeedEntry> entries =
        FeedParser.parse(
            document.getBytes(Charset.forName("EUC-KR")),
            "application/xml;charset=euc-kr",
            List.of());

    assertThat(entries).extracting(FeedEntry::title).containsExactly("이벤트");
  }

  @Test
  void brokenXmlIsRefused() {
    assertThatThrownBy(() -> parse("<rss version=\"2.0\"><channel><item>"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a readable RSS or Atom document");
    assertThatThrownBy(() -> parse("<html><body>Sign in</body></html>"))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> parse("")).isInstanceOf(IOException.class);
  }

  @Test
  void anExternalEntityIsNotRead(@TempDir Path folder) throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "top secret");
    String document =
        "<!DOCTYPE rss [<!ENTITY x SYSTEM \""
            + secret.toUri()
            + "\">]>"
            + "<rss version=\"2.0\"><channel><title>t</title><link>http://x.example</link>"
            + "<description>d</description><item><title>&x;</title></item></channel></rss>";

    assertThatThrownBy(() -> parse(document))
        .isInstanceOf(IOException.class)
        .hasMessageNotContaining("top secret");
  }

  @Test
  void aBombOfEntitiesIsRefused() {
    String document =
        "<!DOCTYPE rss [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
            + "<rss version=\"2.0\"><channel><title>&b;</title></channel></rss>";

    assertThatThrownBy(() -> parse(document)).isInstanceOf(IOException.class);
  }
}
