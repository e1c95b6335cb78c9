package io.millrace.core.reader;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.core.testing.EqualHashes;
import io.millrace.core.testing.LineFraming;
import io.millrace.spi.Framing;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AudienceKeyTest {

  private final Framing framing = new LineFraming();

  private Audience.Key key(String... patterns) {
    return Audience.Key.of(framing, Set.copyOf(Rig.subscriptions(patterns)));
  }

  @Test
  void channelsOfEqualHashCodesMakeKeysOfDifferentOnes() {
    Set<Integer> hashes = new HashSet<>();
    List<String> chosen = EqualHashes.strings(10);
    chosen.forEach(channel -> hashes.add(key(channel, "a").hashCode()));
    assertThat(hashes).hasSizeGreaterThan(chosen.size() - 10);
  }

  @Test
  void theSameInAnotherOrderIsTheSameKey() {
    assertThat(key("a", "b.*")).isEqualTo(key("b.*", "a")).hasSameHashCodeAs(key("b.*", "a"));
    assertThat(key("a", "b.*")).isNotEqualTo(key("a", "b"));
  }
}
