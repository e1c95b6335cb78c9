package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.spi.options.Option;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClientOptions;
import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RemoteBrokerOptionsTest {

  /** Adds nothing. */
  public static final class Options extends RemoteBrokerOptions<Options> {

    private final Option<NetClientOptions> net =
        netOption(NetClientOptions::new, NetClientOptions::toJson, NetClientOptions::new);

    Options() {
      super(new BrokerUri.Scheme("mq", Set.of("mqs"), 61, 62), Duration.ofMillis(1), 65_535);
    }

    Options(Options other) {
      this();
      copy(other);
    }

    Options(JsonObject json) {
      this();
      read(json);
    }

    @Override
    protected Options self() {
      return this;
    }

    @Override
    public NetClientOptions net() {
      return net.get();
    }

    Options setNet(NetClientOptions value) {
      return set(net, value);
    }
  }

  private static void same(Options options, Options expected) {
    assertThat(options.toJson()).isEqualTo(expected.toJson());
  }

  private static Options everything() {
    return new Options()
        .setHosts(List.of("a:1", "b"))
        .setUsername("me")
        .setPassword("secret")
        .setVirtualHost("/v")
        .setPrefix("a.b.")
        .setHeartbeat(Duration.ofMillis(500))
        .setConnectTimeout(Duration.ofMillis(600))
        .setConfirmTimeout(Duration.ofMillis(700))
        .setPrefetch(10)
        .setMaxMessageBytes(800)
        .setMaxPendingBytes(900);
  }

  @Test
  void everythingCanBeSaidInJson() {
    same(
        new Options(
            new JsonObject()
                .put("hosts", new JsonArray().add("a:1").add("b"))
                .put("username", "me")
                .put("password", "secret")
                .put("virtualHost", "/v")
                .put("prefix", "a.b.")
                .put("heartbeat", 500)
                .put("connectTimeout", 600)
                .put("confirmTimeout", 700)
                .put("prefetch", 10)
                .put("maxMessageBytes", 800)
                .put("maxPendingBytes", 900L)),
        everything());
    same(
        new Options(new JsonObject().put("uri", "mqs://me@c")), new Options().setUri("mqs://me@c"));
    same(new Options(new JsonObject()), new Options());
    same(new Options(new JsonObject().putNull("heartbeat")), new Options());
    same(new Options(everything().toJson()), everything());
  }

  @Test
  void aCopyIsEqual() {
    same(new Options(everything()), everything());
  }

  @Test
  void aUriSetsHostsAndTls() {
    Options options = everything().setUri("mqs://me@c");
    assertThat(options.hosts()).containsExactly(HostAndPort.create("c", 62));
    assertThat(options.net().isSsl()).isTrue();
    assertThat(options.username()).contains("me");
    assertThat(options.setUri("mq://c").net().isSsl()).isFalse();
  }

  @Test
  void jsonThatIsNotUnderstoodIsRefusedAndNamed() {
    for (JsonObject json :
        List.of(
            new JsonObject().put("heartbeats", 1),
            new JsonObject().put("heartbeat", "1 s"),
            new JsonObject().put("heartbeat", 1.5),
            new JsonObject().put("Prefix", "a."),
            new JsonObject().put("setPrefix", "a."),
            new JsonObject().put("heartbeat", -1),
            new JsonObject().put("hosts", new JsonArray()),
            new JsonObject().put("hosts", new JsonArray().add(1)),
            new JsonObject().put("prefix", "a/"),
            new JsonObject().put("prefix", "a"),
            new JsonObject().put("prefix", "*."),
            new JsonObject().put("username", "a\nb"),
            new JsonObject().put("password", "a\0"),
            new JsonObject().put("connectTimeout", 0),
            new JsonObject().put("confirmTimeout", 0),
            new JsonObject().put("prefetch", 0),
            new JsonObject().put("prefetch", 65_536),
            new JsonObject().put("maxMessageBytes", 0),
            new JsonObject().put("maxMessageBytes", 1L << 40),
            new JsonObject().put("maxPendingBytes", new BigInteger("9".repeat(30))),
            new JsonObject().put("maxPendingBytes", 0))) {
      String key = json.fieldNames().iterator().next();
      assertThatThrownBy(() -> new Options(json))
          .as(json.encode())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(key.equals("hosts") ? "host" : key);
    }
  }

  @Test
  void aPasswordIsInNoMessage() {
    assertThatThrownBy(() -> new Options(new JsonObject().put("password", 1234)))
        .hasMessage("password must be a text");
    String uri = "mq://user:s3cret@host";
    for (Object hosts : List.of(uri, new JsonArray().add(uri))) {
      assertThatThrownBy(() -> new Options(new JsonObject().put("hosts", hosts)))
          .isInstanceOf(IllegalArgumentException.class)
          .message()
          .contains("host:port")
          .doesNotContain("s3cret");
    }
  }

  @Test
  void whatIsSaidAboutTheNetworkDoesNotSwitchTlsOff() {
    JsonObject net = new JsonObject().put("tcpNoDelay", true);
    String uri = "mqs://host";
    assertThat(new Options(new JsonObject().put("uri", uri).put("net", net)).net().isSsl())
        .isTrue();
    assertThat(new Options(new JsonObject().put("net", net).put("uri", uri)).net().isSsl())
        .isTrue();
    net.putNull("ssl");
    assertThat(new Options(new JsonObject().put("uri", uri).put("net", net)).net().isSsl())
        .isTrue();
    net.put("ssl", false);
    assertThat(new Options(new JsonObject().put("uri", uri).put("net", net)).net().isSsl())
        .isFalse();
  }

  /** Vert.x checks it only if it has an algorithm. */
  @Test
  void theNameOfTheHostIsCheckedUnlessTheOptionsSayOtherwise() {
    JsonObject net = new JsonObject().put("trustAll", true);
    for (Options options :
        List.of(
            new Options(),
            new Options(new Options().toJson()),
            new Options(new JsonObject().put("net", net)),
            new Options().setNet(new NetClientOptions()),
            new Options().setNet(new NetClientOptions().setTrustAll(true)))) {
      assertThat(options.net().getHostnameVerificationAlgorithm()).isEqualTo("HTTPS");
    }
    Options unchecked =
        new Options().setNet(new NetClientOptions().setHostnameVerificationAlgorithm(""));
    for (Options options : List.of(unchecked, new Options(unchecked.toJson()))) {
      assertThat(options.net().getHostnameVerificationAlgorithm()).isEmpty();
    }
  }
}
