package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FeedSourceTest {

  @Test
  void aNameAndAUrlAreRead() {
    FeedSource source = FeedSource.parse("news=https://x.example/feed?a=b");

    assertThat(source.name()).isEqualTo("news");
    assertThat(source.uri()).hasToString("https://x.example/feed?a=b");
    assertThat(source.interval()).hasSeconds(15);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://x.example/",
        "a.b=https://x.example/",
        "=https://x.example/",
        "news=",
        "news=file:///etc/passwd",
        "news=/feed",
        "news=http://x y/"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> FeedSource.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aFileHasAFeedOnEachLine(@TempDir Path folder) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("feeds"), "# mine\n\na=http://x.example/a\n b = http://x.example/b \n");

    assertThat(FeedSource.read(file)).extracting(FeedSource::name).containsExactly("a", "b");
  }
}
