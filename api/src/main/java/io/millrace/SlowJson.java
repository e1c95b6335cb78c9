package io.millrace;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** What policies for slow readers look like in JSON. An instance reads or writes one of them. */
final class SlowJson {

  /** An array, since the order counts. */
  static final Form<Map<ChannelPattern, SlowPolicy>> BY_PATTERN =
      Form.of("an array of objects", SlowJson::readAll, SlowJson::writeAll);

  private final OptionGroup group = new OptionGroup("A policy for slow readers");
  private final Option<ChannelPattern> pattern = group.option("pattern", HistoryJson.PATTERN);
  private final Option<SlowPolicy> policy =
      group.option("policy", Form.oneOf(SlowPolicy.class)).initially(SlowPolicy.SKIP);

  private static Map<ChannelPattern, SlowPolicy> readAll(Object array) {
    Map<ChannelPattern, SlowPolicy> policies = new LinkedHashMap<>();
    for (Object each : (JsonArray) array) {
      if (!(each instanceof JsonObject json)) {
        throw new ClassCastException("no object");
      }
      SlowJson one = new SlowJson();
      one.group.read(json);
      ChannelPattern of =
          one.pattern
              .value()
              .orElseThrow(() -> new IllegalArgumentException("every policy needs a pattern"));
      if (policies.putIfAbsent(of, one.policy.get()) != null) {
        throw new IllegalArgumentException("two policies have the pattern " + of);
      }
    }
    return Collections.unmodifiableMap(policies);
  }

  private static JsonArray writeAll(Map<ChannelPattern, SlowPolicy> policies) {
    JsonArray all = new JsonArray();
    policies.forEach(
        (pattern, policy) -> {
          SlowJson one = new SlowJson();
          one.pattern.set(pattern);
          one.policy.set(policy);
          all.add(one.group.toJson());
        });
    return all;
  }
}
