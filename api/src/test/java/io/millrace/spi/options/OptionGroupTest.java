package io.millrace.spi.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptionGroupTest {

  private final OptionGroup group = new OptionGroup("SomeOptions");

  @Test
  void anOptionWithoutADefaultHasNoValueUntilItIsSet() {
    Option<String> option = group.option("a", Form.TEXT);
    assertThat(option.value()).isEmpty();
    assertThat(group.toJson()).isEqualTo(new JsonObject());

    group.read(new JsonObject().put("a", "b"));
    assertThat(option.get()).isEqualTo("b");
    assertThat(group.toJson()).isEqualTo(new JsonObject().put("a", "b"));
  }

  @Test
  void boundsApplyToNumbersAndToMilliseconds() {
    Option<Duration> time = group.option("time", Form.TIME).atLeast(10).atMost(20).orZero();
    time.set(Duration.ofMillis(20));
    time.set(Duration.ZERO);
    assertThatThrownBy(() -> time.set(Duration.ofMillis(9)))
        .hasMessage("time must be at least 10, not 9");
    assertThatThrownBy(() -> time.set(Duration.ofMillis(21)))
        .hasMessage("time must be at most 20, not 21");
    assertThatThrownBy(() -> time.set(Duration.ofSeconds(Long.MAX_VALUE)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time is too long");
    assertThatThrownBy(() -> time.set(Duration.ofNanos(1)))
        .as("not zero, which means something else")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time must be at least 1 ms");
    assertThatThrownBy(() -> group.read(new JsonObject().put("time", Duration.ofMillis(15))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("time must be a time, a whole number of milliseconds");
    assertThat(time.get()).isZero();
  }

  @Test
  void everyRuleApplies() {
    Option<String> option =
        group.option("a", Form.TEXT).check(OptionGroupTest::noX).check(OptionGroupTest::noY);
    assertThatThrownBy(() -> option.set("x")).hasMessage("no x");
    assertThatThrownBy(() -> option.set("y")).hasMessage("no y");
  }

  private static void noX(String value) {
    if (value.equals("x")) {
      throw new IllegalArgumentException("no x");
    }
  }

  private static void noY(String value) {
    if (value.equals("y")) {
      throw new IllegalArgumentException("no y");
    }
  }

  @Test
  void constantsAreReadInAnyCase() {
    Option<TimeUnit> unit = group.option("unit", Form.oneOf(TimeUnit.class));
    group.read(new JsonObject().put("unit", "Seconds"));
    assertThat(unit.get()).isEqualTo(TimeUnit.SECONDS);
    assertThat(group.toJson().getString("unit")).isEqualTo("seconds");
    assertThatThrownBy(() -> group.read(new JsonObject().put("unit", "weeks")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unit must be one of nanoseconds, microseconds, milliseconds, seconds, minutes, hours,"
                + " days, not \"weeks\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e999", "-1e999", "1e18446744073709551616", "9223372036854775808"})
  void aNumberThatFitsNoLongIsRefused(String number) {
    group.option("a", Form.LONG);
    JsonObject json = new JsonObject("{\"a\": " + number + "}");
    assertThatThrownBy(() -> group.read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a must be a whole number");
  }

  @Test
  void aShorthandIsReadInItsPlaceAndNeverWritten() {
    Option<String> option = group.option("a", Form.TEXT);
    group.shorthand("both", Form.TEXT, option::set);
    group.read(new JsonObject().put("a", "1").put("both", "2"));
    assertThat(option.get()).isEqualTo("2");
    group.read(new JsonObject().put("both", "2").put("a", "1"));
    assertThat(group.toJson()).isEqualTo(new JsonObject().put("a", "1"));
  }

  @Test
  void whatCanChangeIsCopied() {
    Form<JsonObject> form = Form.object(json -> json, json -> json, JsonObject::copy);
    Option<JsonObject> option = group.option("a", form);
    JsonObject value = new JsonObject().put("b", 1);
    option.set(value);
    value.put("b", 2);
    assertThat(option.get().getInteger("b")).isEqualTo(1);

    OptionGroup other = new OptionGroup("SomeOptions");
    Option<JsonObject> copy = other.option("a", form);
    other.copy(group);
    option.get().put("b", 3);
    assertThat(copy.get().getInteger("b")).isEqualTo(1);
  }

  @Test
  void aKeyIsDeclaredOnce() {
    group.option("a", Form.INT);
    assertThatThrownBy(() -> group.option("a", Form.LONG))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("SomeOptions has two options a");
    assertThatThrownBy(() -> group.group("a")).isInstanceOf(IllegalStateException.class);
  }
}
