package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.testing.EqualHashes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ArrivedKeysTest {

  private final MillraceOptions options = new MillraceOptions();
  private final ArrivedKeys keys = new ArrivedKeys(options);

  private long originalOf(long seq, String key, long now) {
    return keys.originalOf(seq, new MessageKey(key, "digest"), now);
  }

  @Test
  @Timeout(60) // This takes many minutes if each is compared with every other.
  void keysOfEqualHashCodesAreFoundWithoutLookingAtEachOther() {
    List<String> chosen = EqualHashes.strings(15);
    for (int i = 0; i < chosen.size(); i++) {
      assertThat(originalOf(i, chosen.get(i), 0)).isEqualTo(i);
    }
    for (int i = 0; i < chosen.size(); i++) {
      assertThat(originalOf(-1, chosen.get(i), 0)).isEqualTo(i);
    }
  }

  @Test
  void manyKeysThatAreTooOldAreForgottenSomeAtATimeAndNoneOfThemCounts() {
    for (int i = 1; i <= 1000; i++) {
      originalOf(i, "k" + i, 0);
    }
    long later = options.keyLifetime().toMillis();
    assertThat(originalOf(1001, "k1000", later)).isEqualTo(1001);
    assertThat(keys.size()).isBetween(900, 1000);
    for (int i = 0; i < 200; i++) {
      originalOf(2000 + i, "new" + i, later);
    }
    assertThat(keys.size()).isEqualTo(201);
    assertThat(originalOf(3000, "k1000", later)).isEqualTo(1001);
  }
}
