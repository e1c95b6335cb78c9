package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MillraceOptionsTest {

  private static final HistoryOptions SOME = new HistoryOptions(1, 2, Duration.ofSeconds(3));

  /** Options of which none is what it is by default. */
  private static MillraceOptions others() throws ReflectiveOperationException {
    MillraceOptions options = new MillraceOptions();
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        setter.invoke(options, other(setter.getParameterTypes()[0]));
      }
    }
    return options
        .setHistory("a.*", SOME)
        .addPublishable("b.**")
        .addSubscribable("c.**")
        .addAllowedOrigin("https://d.example");
  }

  private static Object other(Class<?> type) {
    return Map.<Class<?>, Object>of(
            int.class,
            12_345,
            long.class,
            12_345L,
            boolean.class,
            true,
            Duration.class,
            Duration.ofMillis(12_345),
            HistoryOptions.class,
            SOME)
        .get(type);
  }

  @Test
  void aCopyHasEverythingAndIsOnItsOwn() throws ReflectiveOperationException {
    MillraceOptions options = others();
    MillraceOptions copy = new MillraceOptions(options);
    MillraceOptions defaults = new MillraceOptions();
    for (Field field : MillraceOptions.class.getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        field.setAccessible(true);
        assertThat(field.get(copy)).as(field.getName()).isEqualTo(field.get(options));
        assertThat(field.get(copy)).as(field.getName()).isNotEqualTo(field.get(defaults));
      }
    }
    options.addPublishable("e").addSubscribable("e").addAllowedOrigin("https://e.example");
    options.setHistory("e", SOME);
    assertThat(copy.publishablePatterns()).hasSize(1);
    assertThat(copy.subscribablePatterns()).hasSize(1);
    assertThat(copy.allowedOrigins()).hasSize(1);
    assertThat(copy.histories()).hasSize(1);
  }

  @Test
  void everySetterIsReadByTheAccessorOfItsName() throws ReflectiveOperationException {
    MillraceOptions options = others();
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        String name =
            Character.toLowerCase(setter.getName().charAt(3)) + setter.getName().substring(4);
        Object value = MillraceOptions.class.getMethod(name).invoke(options);
        Object expected = other(setter.getParameterTypes()[0]);
        assertThat(value).as(name).isIn(expected, Optional.of(expected));
      }
    }
  }

  @Test
  void whatIsBelowItsBoundIsRefused() throws ReflectiveOperationException {
    for (Method setter : MillraceOptions.class.getMethods()) {
      if (setter.getName().startsWith("set") && setter.getParameterCount() == 1) {
        Class<?> type = setter.getParameterTypes()[0];
        Object low =
            Map.<Class<?>, Object>of(
                    int.class, -1, long.class, -1L, Duration.class, Duration.ofMillis(-1))
                .getOrDefault(type, "");
        if (!low.equals("")) {
          assertThatThrownBy(() -> setter.invoke(new MillraceOptions(), low))
              .as(setter.getName())
              .hasCauseInstanceOf(IllegalArgumentException.class)
              .cause()
              .hasMessageContaining("must be at least");
        }
      }
    }
  }

  @Test
  void aTimeThatIsTooLongToBeCountedInMillisecondsIsRefusedWhenItIsSet() {
    Duration forever = Duration.ofSeconds(Long.MAX_VALUE);
    assertThatThrownBy(() -> new HistoryOptions(1, 1, forever))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new MillraceOptions().setRingAge(forever))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "0, -1, 0", "0, 0, -1"})
  void historyBoundsAreNotNegative(int count, long bytes, long seconds) {
    assertThatThrownBy(() -> new HistoryOptions(count, bytes, Duration.ofSeconds(seconds)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theFirstHistoryWhosePatternMatchesCounts() {
    MillraceOptions options =
        new MillraceOptions()
            .setHistory("a.b", HistoryOptions.NONE)
            .setHistory("a.**", SOME)
            .setHistory("a.c", HistoryOptions.NONE);
    assertThat(options.historyOf("a.b")).isEqualTo(HistoryOptions.NONE);
    assertThat(options.historyOf("a.c")).isEqualTo(SOME);
    assertThat(options.historyOf("a")).isEqualTo(HistoryOptions.DEFAULT);
  }

  @Test
  void historiesAreInTheOrderInWhichTheyWereSet() {
    MillraceOptions options = new MillraceOptions();
    for (int i = 0; i < 50; i++) {
      options.setHistory("a" + (i * 7919 % 50), SOME);
    }
    assertThat(options.histories().keySet().stream().map(ChannelPattern::toString).limit(3))
        .containsExactly("a0", "a19", "a38");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "https://a.example",
        "http://a.example:8080",
        "http://[::1]:80",
        "http://localhost",
        "HTTPS://A.example",
        "http://my_app:8080",
        "https://münchen.example",
        "https://straße.example",
        "http://[2001:db8:0:0:0:0:0:1]",
        "null",
        "file://",
        "app://shell"
      })
  void anOriginIsTaken(String origin) {
    assertThat(new MillraceOptions().addAllowedOrigin(origin).allowedOrigins())
        .containsExactly(origin);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a.example",
        "//a.example",
        "https://a.example/",
        "https://a.example/x",
        "https://",
        "https://a.example?x",
        "https://a.example#x",
        "https://a.example:port",
        "https://a.example:65536",
        "https://a b",
        "mailto:a@b",
        "https://*.a.example",
        "https://user@a.example",
        "https://a.example, https://b.example"
      })
  void whatCanBeNoBrowsersOriginIsRefused(String origin) {
    assertThatThrownBy(() -> new MillraceOptions().addAllowedOrigin(origin))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"10, 100", "1, 10", "0, 0", "2147483647, 2147483647"})
  void anAddressPublishesAsOftenAsTenClients(int client, int address) {
    MillraceOptions options = new MillraceOptions().setPublishesPerSecond(client);
    assertThat(options.publishesPerSecondPerAddress()).isEqualTo(address);
    assertThat(new MillraceOptions(options).publishesPerSecondPerAddress()).isEqualTo(address);
    assertThat(options.setPublishesPerSecondPerAddress(7).publishesPerSecondPerAddress())
        .isEqualTo(7);
  }
}
