package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.User;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.SimpleAuthenticationHandler;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PublishRatesTest {

  private static final String MESSAGE = "{\"channel\":\"a\",\"data\":1}";
  private static final String PUBLISH =
      "{\"type\":\"publish\",\"id\":1,\"channel\":\"a\",\"data\":1}";
  private static final String JSON = "Content-Type: application/json";

  private static final SimpleAuthenticationHandler BELIEVING =
      SimpleAuthenticationHandler.create()
          .authenticate(
              context ->
                  Future.succeededFuture(User.fromName(context.request().getHeader("X-User"))));

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options =
      new MillraceOptions()
          .addPublishable("**")
          .setPublishesPerSecond(2)
          .setPublishesPerSecondPerAddress(5);
  private final AtomicLong clock = new AtomicLong(-5_000);
  private Server server;

  /** A server that believes what a request says about its user and its address. */
  private void listen() {
    server = new Server(vertx, options);
    Router router = Router.router(vertx.get());
    router.allowForward(AllowForwardHeaders.X_FORWARD);
    router
        .route()
        .handler(
            context ->
                Optional.ofNullable(context.request().getHeader("X-User"))
                    .ifPresentOrElse(user -> BELIEVING.handle(context), context::next));
    router.route("/live*").subRouter(server.node.router());
    server.listen(router);
  }

  /**
   * Publishes until it is refused, and returns the refusal; it sends more messages than fit in a
   * second.
   */
  private Server.Answer refusal(String body, String... headers) {
    for (int i = 0; i < 100_000; i++) {
      Server.Answer answer = server.request("POST", "/publish", body, headers);
      if (answer.status() == 429) {
        return answer;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void whoPublishesTooOftenIsToldWhenToComeBack() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    Server.Answer answer = refusal(MESSAGE, JSON);
    assertThat(answer.json().getString("code")).isEqualTo("rate-limited");
    assertThat(answer.header("retry-after")).isEqualTo("1");
    assertThat(answer.json().getString("detail")).contains("address");
  }

  @Test
  void whatIsRefusedAnywayCountsToo() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    refusal("{\"channel\":\"not a name\"}", JSON);
    refusal("nothing", JSON);
  }

  @Test
  void ofZeroIsNoLimit() {
    options.setPublishesPerSecond(0).setPublishesPerSecondPerAddress(0);
    listen();
    for (int i = 0; i < 200; i++) {
      assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
      assertThat(server.request("POST", "/publish", MESSAGE, JSON, "X-User: ann").status())
          .isEqualTo(200);
    }
  }

  @Test
  void aUserIsLimitedWhateverTheAddressAndTheirAddressIsNot() {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(0);
    listen();
    assertThat(refusal(MESSAGE, JSON, "X-User: ann").json().getString("detail"))
        .startsWith("You may publish 1 ");
    assertThat(server.request("POST", "/publish", MESSAGE, JSON, "X-User: bob").status())
        .isEqualTo(200);
    assertThat(server.publish(MESSAGE).status()).isEqualTo(200);
  }

  @Test
  void theWebSocketsOfAUserCountTogetherAndWithWhatComesOverHttp() throws IOException {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(0);
    listen();
    for (int i = 0; i < 100; i++) {
      int one = server.connect("", "X-User: ann");
      int other = server.connect("", "X-User: ann");
      Server.await(server.send(one, PUBLISH));
      Server.await(server.send(other, PUBLISH));
      for (JsonObject refused : server.outlets.get(other).frames("error")) {
        assertThat(refused.getString("code")).isEqualTo("rate-limited");
        assertThat(refused.getString("message")).startsWith("You may publish 1 ");
        refusal(MESSAGE, JSON, "X-User: ann");
        return;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void theWebSocketsOfThoseWhoAreNoUserCountByThemselves() throws IOException {
    options.setPublishesPerSecond(1).setPublishesPerSecondPerAddress(1);
    listen();
    refusal(MESSAGE, JSON);
    for (int i = 0; i < 50; i++) {
      int one = server.connect("");
      Server.await(server.send(one, PUBLISH));
      assertThat(server.outlets.get(one).frames("ok")).hasSize(1);
    }
  }

  @Test
  void anAddressOfIpv6IsItsNetwork() {
    options.setPublishesPerSecondPerAddress(1);
    listen();
    for (int i = 0; i < 100_000; i++) {
      String from = "X-Forwarded-For: 2001:db8::" + Integer.toHexString(i & 0xffff);
      if (server.request("POST", "/publish", MESSAGE, JSON, from).status() == 429) {
        assertThat(
                server
                    .request("POST", "/publish", MESSAGE, JSON, "X-Forwarded-For: 2001:db8:0:1::")
                    .status())
            .isEqualTo(200);
        return;
      }
    }
    throw new AssertionError("never refused");
  }

  @Test
  void countsEachInAnySecondAndForgetsWhoIsSilent() {
    PublishRates rates = new PublishRates(options, clock::get);
    assertThat(rates.waitMillis("a", 2)).isZero();
    clock.addAndGet(400);
    assertThat(rates.waitMillis("a", 2)).isZero();
    assertThat(rates.waitMillis("a", 2)).isEqualTo(600);
    assertThat(rates.waitMillis("b", 2)).isZero();
    clock.addAndGet(600);
    assertThat(rates.waitMillis("a", 2)).isZero();
    assertThat(rates.size()).isEqualTo(2);
    clock.addAndGet(1000);
    assertThat(rates.waitMillis("c", 2)).isZero();
    assertThat(rates.size()).isEqualTo(1);
  }

  @Test
  void remembersNoMoreThanSoMany() {
    PublishRates rates = new PublishRates(options, clock::get);
    for (int i = 0; i < 3 * PublishRates.MOST_KNOWN; i++) {
      assertThat(rates.waitMillis("address " + i, 1)).isZero();
    }
    assertThat(rates.size()).isEqualTo(PublishRates.MOST_KNOWN);
    assertThat(rates.waitMillis("address " + (3 * PublishRates.MOST_KNOWN - 1), 1)).isPositive();
  }
}
