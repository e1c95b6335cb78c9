package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class StompBrokerOptionsTest {

  private static void same(StompBrokerOptions options, StompBrokerOptions expected) {
    assertThat(options.toJson()).isEqualTo(expected.toJson());
  }

  @Test
  void aUriNamesHostsUserAndVirtualHost() {
    StompBrokerOptions options =
        new StompBrokerOptions().setUri("stomps://us%3Aer:p%40ss+%2F@one,two:61,[::1]:62/%2F");

    assertThat(options.hosts())
        .containsExactly(
            HostAndPort.create("one", 61614),
            HostAndPort.create("two", 61),
            HostAndPort.create("::1", 62));
    assertThat(options.net().isSsl()).isTrue();
    assertThat(options.username()).contains("us:er");
    assertThat(options.password()).contains("p@ss+/");
    assertThat(options.virtualHost()).contains("/");
  }

  @Test
  void aShortUriLeavesTheRestAsItIs() {
    StompBrokerOptions options = new StompBrokerOptions().setUsername("me").setUri("stomp://host/");

    same(options, new StompBrokerOptions().setUsername("me").setHosts(List.of("host:61613")));
    same(
        new StompBrokerOptions().setUri("stomp+ssl://host"),
        new StompBrokerOptions().setUri("stomps://host:61614"));
  }

  @Test
  void everythingCanBeSaidInJson() {
    same(
        new StompBrokerOptions(
            new JsonObject()
                .put("hosts", new JsonArray().add("a:1").add("b"))
                .put("net", new JsonObject().put("ssl", true))
                .put("username", "me")
                .put("password", "secret")
                .put("virtualHost", "/v")
                .put("dialect", "artemis")
                .put("topicPrefix", "/exchange/x/")
                .put("prefix", "a.b.")
                .put("heartbeat", 500)
                .put("connectTimeout", 600)
                .put("confirmTimeout", 700)
                .put("maxMessageBytes", 800)
                .put("maxPendingBytes", 900L)
                .put("prefetch", 10)
                .put("mode", "stream")
                .put("stream", "s")
                .put("streamTail", 1000)
                .put("streamBytes", 1100L)
                .put("streamAge", 1200)),
        everything());
    same(
        new StompBrokerOptions(new JsonObject().put("uri", "stomp://a:b@c:1/d")),
        new StompBrokerOptions().setUri("stomp://a:b@c:1/d"));
    same(new StompBrokerOptions(new JsonObject()), new StompBrokerOptions());
  }

  private static StompBrokerOptions everything() {
    StompBrokerOptions options =
        new StompBrokerOptions()
            .setHosts(List.of("a:1", "b"))
            .setUsername("me")
            .setPassword("secret")
            .setVirtualHost("/v")
            .setDialect(StompDialect.ARTEMIS)
            .setTopicPrefix("/exchange/x/")
            .setPrefix("a.b.")
            .setHeartbeat(Duration.ofMillis(500))
            .setConnectTimeout(Duration.ofMillis(600))
            .setConfirmTimeout(Duration.ofMillis(700))
            .setMaxMessageBytes(800)
            .setMaxPendingBytes(900)
            .setPrefetch(10)
            .setMode(StompMode.STREAM)
            .setStream("s")
            .setStreamTail(Duration.ofMillis(1000))
            .setStreamBytes(1100)
            .setStreamAge(Duration.ofMillis(1200));
    options.net().setSsl(true);
    return options;
  }

  @Test
  void aCopyIsEqualAndApart() {
    StompBrokerOptions options = everything().setMarkerInterval(Duration.ofMillis(1300));
    StompBrokerOptions copy = new StompBrokerOptions(options);
    same(copy, options);
    assertThat(copy.markerInterval()).isEqualTo(Duration.ofMillis(1300));
    copy.net().setSsl(false);
    assertThat(options.net().isSsl()).isTrue();
  }

  @Test
  void jsonThatIsNotUnderstoodIsRefusedAndNamed() {
    for (JsonObject json :
        List.of(
            new JsonObject().put("heartbeats", 1),
            new JsonObject().put("heartbeat", 99),
            new JsonObject().put("prefetch", 0),
            new JsonObject().put("prefetch", 65_536),
            new JsonObject().put("prefetch", (1L << 32) + 1),
            new JsonObject().put("mode", "queue"),
            new JsonObject().put("dialect", 1),
            new JsonObject().put("net", "tls"),
            new JsonObject().put("markerInterval", 1000),
            new JsonObject().put("username", "a\nb"),
            new JsonObject().put("confirmTimeout", 0))) {
      String key = json.fieldNames().iterator().next();
      assertThatThrownBy(() -> new StompBrokerOptions(json))
          .as(json.encode())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key);
    }
  }
}
