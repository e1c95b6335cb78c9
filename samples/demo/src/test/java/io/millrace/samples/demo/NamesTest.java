package io.millrace.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamesTest {

  private static final Duration LEASE = Duration.ofMinutes(20);

  private Instant now = Instant.EPOCH;
  private final Names names = new Names(new Hand(), LEASE);

  /** A clock that is moved by hand. */
  private final class Hand extends Clock {
    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  @Test
  void aNameIsShownComposedAndWithoutSpacesAround() {
    assertThat(Names.tidy("  Ada \t Lovelace ")).contains("Ada Lovelace");
    assertThat(Names.tidy("Jose\u0301")).contains("Jos\u00e9");
    for (String name : List.of("보라", "O'Neil", "अनीता", "7 of 9", "x", "x".repeat(40))) {
      assertThat(Names.tidy(name)).contains(name);
    }
  }

  @Test
  void whatCannotBeSeenOrIsTooLongIsNoName() {
    for (String typed :
        List.of(
            "",
            " ",
            "x".repeat(41),
            "A\u200bda",
            "Ada\u202e",
            "Ada\u0000",
            "Ada\ufe0f",
            "\u3164",
            "\u0301",
            "<b>",
            "🌊",
            "Ada\ud800")) {
      assertThat(Names.tidy(typed)).as(typed).isEmpty();
    }
  }

  @Test
  void nobodyLooksLikeAnother() {
    assertThat(names.take("Straße", "here")).isPresent();
    for (String same : List.of("Straße", "STRASSE", "strasse", "Ｓtrasse")) {
      assertThat(names.take(same, "here")).as(same).isEmpty();
    }
    assertThat(names.take("Gasse", "here")).isPresent();
    assertThat(names.take("GUEST", "here")).isEmpty();
  }

  @Test
  void aNameIsFreeWhenItIsGivenBackByWhoeverHasIt() {
    String seat = names.take("Ada", "here").orElseThrow();
    names.release("Ada", "another");
    assertThat(names.take("ada", "here")).isEmpty();
    names.release("Ada", seat);
    assertThat(names.use("Ada", seat)).isFalse();
    assertThat(names.take("ada", "here")).isPresent();
  }

  @Test
  void aNameIsFreeWhenItWasNotUsedForAWhile() {
    String seat = names.take("Ada", "here").orElseThrow();
    now = now.plus(LEASE).minusSeconds(1);
    assertThat(names.use("Ada", "another")).isFalse();
    assertThat(names.use("Ada", seat)).isTrue();
    now = now.plus(LEASE).minusSeconds(1);
    assertThat(names.take("Ada", "here")).isEmpty();
    now = now.plusSeconds(1);
    assertThat(names.use("Ada", seat)).isFalse();
    String next = names.take("Ada", "here").orElseThrow();
    assertThat(names.use("Ada", seat)).isFalse();
    assertThat(names.use("Ada", next)).isTrue();
  }

  @Test
  void thereAreNoMoreNamesThanTheLimit() {
    for (int i = 0; i < Names.MAX_NAMES; i++) {
      assertThat(names.isFull()).isFalse();
      names.take("name " + i, "here");
    }
    assertThat(names.isFull()).isTrue();
    assertThat(names.isFullAt("here")).isTrue();
    assertThat(names.isFullAt("there")).isFalse();
    now = now.plus(LEASE);
    assertThat(names.isFull()).isFalse();
  }
}
