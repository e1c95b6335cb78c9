package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.net.HostAndPort;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerUriTest {

  private static final BrokerUri.Scheme SCHEME =
      new BrokerUri.Scheme("mq", Set.of("mqs", "mq+ssl"), 61, 62);

  @Test
  void aUriNamesHostsUserAndVirtualHost() {
    BrokerUri uri = BrokerUri.parse(SCHEME, "mqs://us%3Aer:p%40ss+%2F@one,two:7,[::1]:8/%2F");

    assertThat(uri.tls()).isTrue();
    assertThat(uri.hosts())
        .containsExactly(
            HostAndPort.create("one", 62),
            HostAndPort.create("two", 7),
            HostAndPort.create("::1", 8));
    assertThat(uri.username()).contains("us:er");
    assertThat(uri.password()).contains("p@ss+/");
    assertThat(uri.virtualHost()).contains("/");
    assertThat(uri.toString()).contains("two").doesNotContain("us:er", "p@ss");
  }

  @Test
  void aShortUriNamesAHostOnly() {
    for (String uri : List.of("mq://host", "mq://host/")) {
      BrokerUri parts = BrokerUri.parse(SCHEME, uri);
      assertThat(parts.tls()).isFalse();
      assertThat(parts.hosts()).containsExactly(HostAndPort.create("host", 61));
      assertThat(parts.username()).isEmpty();
      assertThat(parts.password()).isEmpty();
      assertThat(parts.virtualHost()).isEmpty();
    }
    assertThat(BrokerUri.parse(SCHEME, "mq+ssl://host"))
        .isEqualTo(BrokerUri.parse(SCHEME, "mqs://host:62"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "host:61",
        "http://host",
        "mq+tls://host",
        "MQ://host",
        "mq://",
        "mq://host:0",
        "mq://host:65536",
        "mq://host,",
        "mq://ho st",
        "mq://a:secret@b@host",
        "mq://user:secret@host/a/b",
        "mq://user:12345/secret@host",
        "mq://user:sec/secret@host"
      })
  void whatIsNoSuchUriIsRefusedWithoutRepeatingIt(String uri) {
    assertThatThrownBy(() -> BrokerUri.parse(SCHEME, uri))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("secret");
  }
}
