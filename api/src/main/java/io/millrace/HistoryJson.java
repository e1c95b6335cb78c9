package io.millrace;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What histories look like in JSON. An instance reads or writes one of them. */
final class HistoryJson {

  static final Form<HistoryOptions> ONE =
      Form.object(
          json -> new HistoryJson().read(json),
          history -> new HistoryJson().write(history),
          history -> history);

  /** An array, since the order counts. */
  static final Form<Map<ChannelPattern, HistoryOptions>> BY_PATTERN =
      Form.of("an array of objects", HistoryJson::readAll, HistoryJson::writeAll);

  static final Form<ChannelPattern> PATTERN =
      Form.of(
          "a channel pattern", json -> ChannelPattern.of((String) json), ChannelPattern::toString);

  private final OptionGroup group = new OptionGroup("A history");
  private final Option<Integer> count =
      group.option("count", Form.INT).atLeast(0).initially(HistoryOptions.DEFAULT.count());
  private final Option<Long> bytes =
      group.option("bytes", Form.LONG).atLeast(0).initially(HistoryOptions.DEFAULT.bytes());
  private final Option<Duration> age =
      group.option("age", Form.TIME).atLeast(0).initially(HistoryOptions.DEFAULT.age());

  private HistoryOptions read(JsonObject json) {
    group.read(json);
    return new HistoryOptions(count.get(), bytes.get(), age.get());
  }

  private JsonObject write(HistoryOptions history) {
    count.set(history.count());
    bytes.set(history.bytes());
    age.set(history.age());
    return group.toJson();
  }

  private static Map<ChannelPattern, HistoryOptions> readAll(Object array) {
    Map<ChannelPattern, HistoryOptions> histories = new LinkedHashMap<>();
    for (Object each : (JsonArray) array) {
      HistoryJson one = new HistoryJson();
      Option<ChannelPattern> pattern = one.group.option("pattern", PATTERN);
      if (!(each instanceof JsonObject json)) {
        throw new ClassCastException("no object");
      }
      HistoryOptions history = one.read(json);
      ChannelPattern of =
          pattern
              .value()
              .orElseThrow(() -> new IllegalArgumentException("every history needs a pattern"));
      if (histories.putIfAbsent(of, history) != null) {
        throw new IllegalArgumentException("two histories have the pattern " + of);
      }
    }
    return Collections.unmodifiableMap(histories);
  }

  private static JsonArray writeAll(Map<ChannelPattern, HistoryOptions> histories) {
    JsonArray all = new JsonArray();
    histories.forEach(
        (pattern, history) -> {
          HistoryJson one = new HistoryJson();
          one.group.option("pattern", PATTERN).set(pattern);
          all.add(one.write(history));
        });
    return all;
  }
}
