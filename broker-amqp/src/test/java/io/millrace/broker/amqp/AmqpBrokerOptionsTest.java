package io.millrace.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AmqpBrokerOptionsTest {

  private static void same(AmqpBrokerOptions options, AmqpBrokerOptions expected) {
    assertThat(withoutNet(options)).isEqualTo(withoutNet(expected));
    assertThat(options.net().isSsl()).isEqualTo(expected.net().isSsl());
    assertThat(options.net().getHostnameVerificationAlgorithm())
        .isEqualTo(expected.net().getHostnameVerificationAlgorithm());
  }

  /** The options of the client have a random container id. */
  private static JsonObject withoutNet(AmqpBrokerOptions options) {
    JsonObject json = options.toJson();
    json.remove("net");
    return json;
  }

  @Test
  void aUriNamesHostsUserAndVirtualHost() {
    AmqpBrokerOptions options =
        new AmqpBrokerOptions().setUri("amqps://us%3Aer:p%40ss+%2F@one,two:61,[::1]:62/%2F");

    assertThat(options.hosts())
        .containsExactly(
            HostAndPort.create("one", 5671),
            HostAndPort.create("two", 61),
            HostAndPort.create("::1", 62));
    assertThat(options.net().isSsl()).isTrue();
    assertThat(options.username()).contains("us:er");
    assertThat(options.password()).contains("p@ss+/");
    assertThat(options.virtualHost()).contains("/");
  }

  @Test
  void aShortUriLeavesTheRestAsItIs() {
    AmqpBrokerOptions options = new AmqpBrokerOptions().setUsername("me").setUri("amqp://host/");

    same(options, new AmqpBrokerOptions().setUsername("me").setHosts(List.of("host:5672")));
  }

  @Test
  void everythingCanBeSaidInJson() {
    same(
        new AmqpBrokerOptions(
            new JsonObject()
                .put("hosts", new JsonArray().add("a:1").add("b"))
                .put("net", new JsonObject().put("ssl", true))
                .put("username", "me")
                .put("password", "secret")
                .put("virtualHost", "/v")
                .put("dialect", "artemis")
                .put("exchange", "orders.x")
                .put("prefix", "a.b.")
                .put("heartbeat", 1500)
                .put("connectTimeout", 600)
                .put("confirmTimeout", 700)
                .put("maxMessageBytes", 800)
                .put("maxPendingBytes", 900L)
                .put("prefetch", 10)),
        everything());
    same(
        new AmqpBrokerOptions(new JsonObject().put("uri", "amqp://a:b@c:1/d")),
        new AmqpBrokerOptions().setUri("amqp://a:b@c:1/d"));
    same(new AmqpBrokerOptions(new JsonObject()), new AmqpBrokerOptions());
  }

  private static AmqpBrokerOptions everything() {
    AmqpBrokerOptions options =
        new AmqpBrokerOptions()
            .setHosts(List.of("a:1", "b"))
            .setUsername("me")
            .setPassword("secret")
            .setVirtualHost("/v")
            .setDialect(AmqpDialect.ARTEMIS)
            .setExchange("orders.x")
            .setPrefix("a.b.")
            .setHeartbeat(Duration.ofMillis(1500))
            .setConnectTimeout(Duration.ofMillis(600))
            .setConfirmTimeout(Duration.ofMillis(700))
            .setMaxMessageBytes(800)
            .setMaxPendingBytes(900)
            .setPrefetch(10);
    options.net().setSsl(true);
    return options;
  }

  @Test
  void aCopyIsEqualAndApart() {
    AmqpBrokerOptions options = everything();
    AmqpBrokerOptions copy = new AmqpBrokerOptions(options);
    same(copy, options);
    copy.net().setSsl(false);
    assertThat(options.net().isSsl()).isTrue();
  }

  @Test
  void jsonThatIsNotUnderstoodIsRefusedAndNamed() {
    for (JsonObject json :
        List.of(
            new JsonObject().put("heartbeats", 1),
            new JsonObject().put("heartbeat", 999),
            new JsonObject().put("prefetch", 0),
            new JsonObject().put("exchange", "a/b"),
            new JsonObject().put("exchange", ""),
            new JsonObject().put("mode", "stream"),
            new JsonObject().put("username", "a\0b"),
            new JsonObject().put("confirmTimeout", 0))) {
      String key = json.fieldNames().iterator().next();
      assertThatThrownBy(() -> new AmqpBrokerOptions(json))
          .as(json.encode())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key);
    }
  }
}
