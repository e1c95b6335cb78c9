package io.millrace.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WishTest {

  private static final List<ChannelPattern> CHANNELS =
      List.of(ChannelPattern.of("true"), ChannelPattern.of("members"), ChannelPattern.of("false"));

  @ParameterizedTest
  @ValueSource(strings = {"true", "members", "false"})
  void aChannelThatIsCalledLikeAWordIsNamedTwice(String name) {
    Wish wish = Wish.of(Optional.of(name + "," + name));
    wish.check(CHANNELS);
    assertThat(wish.of(CHANNELS)).containsExactly(ChannelPattern.of(name));
    assertThat(wish.insists()).isFalse();
  }

  @Test
  void aWordAloneIsForAllChannels() {
    assertThat(Wish.of(Optional.of("true")).of(CHANNELS)).isEqualTo(CHANNELS);
    assertThat(Wish.of(Optional.of("members")).of(CHANNELS)).isEqualTo(CHANNELS);
    assertThat(Wish.of(Optional.of("false")).of(CHANNELS)).isEmpty();
  }
}
