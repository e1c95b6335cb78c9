package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TicketsTest {

  private static final String SECRET = "a secret of more than thirty-two characters";

  private final MillraceOptions options = new MillraceOptions().setTicketSecret(SECRET);
  private long now = 1_000_000;
  private final Tickets tickets = new Tickets(options, () -> now);

  private static void refused(Future<Client> redeemed) {
    assertThat(redeemed.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAUTHORIZED));
  }

  @Test
  void aTicketSaysWhoComes() {
    Client ann =
        Client.of("ann")
            .withExpiry(Instant.ofEpochMilli(2_000_000))
            .withIssued(Instant.ofEpochMilli(900_000))
            .withAttribute("roles", Map.of("admin", true));
    Client redeemed = tickets.redeem(tickets.issue(ann).text()).result();
    assertThat(redeemed.user()).contains("ann");
    assertThat(redeemed.expires()).contains(Instant.ofEpochMilli(2_000_000));
    assertThat(redeemed.issued()).isEqualTo(Instant.ofEpochMilli(900_000));
    assertThat(redeemed.attributes()).isEqualTo(Map.of("roles", Map.of("admin", true)));
  }

  @Test
  void aTicketIsUsedOnce() {
    String ticket = tickets.issue(Client.of("ann")).text();
    assertThat(tickets.redeem(ticket).succeeded()).isTrue();
    refused(tickets.redeem(ticket));
    refused(tickets.redeem(ticket + "="));
    refused(tickets.redeem(ticket + "=="));
  }

  @Test
  void everyNodeThatHasTheSecretTakesIt() {
    String ticket = tickets.issue(Client.of("ann")).text();
    assertThat(new Tickets(options, () -> now).redeem(ticket).succeeded()).isTrue();
    refused(new Tickets(new MillraceOptions(), () -> now).redeem(ticket));
  }

  @Test
  void aTicketExpires() {
    Tickets.Ticket ticket = tickets.issue(Client.of("ann"));
    assertThat(ticket.expires()).isEqualTo(Instant.ofEpochMilli(1_030_000));
    now = 1_029_999;
    assertThat(tickets.redeem(ticket.text()).succeeded()).isTrue();
    String late = tickets.issue(Client.of("ann")).text();
    now += 30_000;
    refused(tickets.redeem(late));
  }

  @Test
  void aTicketThatIsChangedAnywhereIsRefused() {
    byte[] sealed = Base64.getUrlDecoder().decode(tickets.issue(Client.of("ann")).text());
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      refused(tickets.redeem(Base64.getUrlEncoder().withoutPadding().encodeToString(changed)));
    }
  }

  @Test
  void aTicketShowsNothingOfWhatItContains() {
    String ticket = tickets.issue(Client.of("ann").withAttribute("role", "admin")).text();
    assertThat(new String(Base64.getUrlDecoder().decode(ticket), StandardCharsets.ISO_8859_1))
        .doesNotContain("ann", "admin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "not base64!",
        "AAAAAAAAAAAAAAAA",
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void whatIsNoTicketIsRefused(String text) {
    refused(tickets.redeem(text));
    refused(tickets.redeem(text.repeat(10_000)));
  }

  @Test
  void onlyAUserGetsOne() {
    assertThatThrownBy(() -> tickets.issue(Client.anonymous()))
        .isInstanceOf(MillraceException.class)
        .hasMessageContaining("credentials");
  }

  @Test
  void aTicketFitsIntoAUrl() {
    Client large = Client.of("ann").withAttribute("x", "y".repeat(1000));
    assertThat(tickets.issue(large).text()).hasSizeLessThan(2100);
    assertThatThrownBy(() -> tickets.issue(large.withAttribute("z", "y".repeat(1000))))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
  }

  @Test
  void usedTicketsAreRememberedUpToABoundAndNoLongerThanTheyLive() {
    for (int i = 0; i < Tickets.MOST_USED; i++) {
      assertThat(tickets.redeem(tickets.issue(Client.of("ann")).text()).succeeded()).isTrue();
    }
    assertThat(tickets.redeem(tickets.issue(Client.of("ann")).text()).cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
    now += 30_000;
    assertThat(tickets.redeem(tickets.issue(Client.of("ann")).text()).succeeded()).isTrue();
  }
}
