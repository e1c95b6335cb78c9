package io.millrace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientTest {

  @Test
  void anAnonymousClientHasNothing() {
    assertThat(Client.anonymous().user()).isEmpty();
    assertThat(Client.anonymous().expires()).isEmpty();
    assertThat(Client.anonymous().attributes()).isEmpty();
  }

  @Test
  void whatIsKnownOfAUserIsKept() {
    Instant expiry = Instant.parse("2030-01-01T00:00:00Z");
    Instant issued = Instant.parse("2029-01-01T00:00:00Z");
    Client client =
        Client.of("ann")
            .withExpiry(expiry)
            .withIssued(issued)
            .withAttribute("role", "admin")
            .withAttribute(
                "info", new JsonObject().put("name", "Ann").put("ids", new JsonArray().add(1)));
    assertThat(client.user()).contains("ann");
    assertThat(client.expires()).contains(expiry);
    assertThat(client.issued()).isEqualTo(issued);
    assertThat(client.attributes())
        .isEqualTo(Map.of("role", "admin", "info", Map.of("name", "Ann", "ids", List.of(1))));
    assertThat(client.toString()).isEqualTo("Client[ann]");
  }

  @Test
  void attributesAreCopiesThatNobodyChanges() {
    JsonObject info = new JsonObject().put("name", "Ann");
    Client client = Client.of("ann").withAttribute("info", info);
    info.put("name", "Bob");
    assertThat(client.attributes().get("info")).isEqualTo(Map.of("name", "Ann"));
    assertThatThrownBy(() -> client.attributes().put("x", 1))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void anAttributeIsAJsonValue() {
    assertThatThrownBy(() -> Client.of("ann").withAttribute("x", new Object()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a\nb", "a\u0000", "\u0085", "\ud800"})
  void aUserThatLogsAndHeadersCannotHaveIsRefused(String user) {
    assertThatThrownBy(() -> Client.of(user)).isInstanceOf(MillraceException.class);
  }

  @Test
  void aUserHasAtMost200Characters() {
    assertThat(Client.of("x".repeat(200)).user()).isPresent();
    assertThatThrownBy(() -> Client.of("x".repeat(201))).isInstanceOf(MillraceException.class);
  }

  @Test
  void anExpiryThatNoClockReachesIsNone() {
    assertThat(Client.of("ann").withExpiry(Instant.MAX).expires()).isEmpty();
    assertThat(Client.of("ann").withExpiry(Instant.EPOCH).expires()).contains(Instant.EPOCH);
  }
}
