package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static Server strict;
  private static Server open;
  private static Server anyone;

  @BeforeAll
  static void start() {
    strict = new Server(vertx.get(), new MillraceOptions(), Deciders.NONE).listen();
    open =
        new Server(
                vertx.get(),
                new MillraceOptions()
                    .addAllowedOrigin("https://good.example")
                    .addAllowedOrigin("http://[2001:DB8::1]:8080")
                    .addAllowedOrigin("HTTPS://Upper.Example:443")
                    .setCredentialsAllowed(true)
                    .addPublishable("**"),
                Deciders.NONE)
            .listen();
    anyone =
        new Server(vertx.get(), new MillraceOptions().addAllowedOrigin("*"), Deciders.NONE)
            .listen();
  }

  @AfterAll
  static void stop() throws IOException {
    strict.close();
    open.close();
    anyone.close();
  }

  private static Server.Answer get(Server server, String host, String origin, String... more) {
    List<String> headers = new ArrayList<>(List.of("Host: " + host, "Origin: " + origin));
    headers.addAll(List.of(more));
    return server.get("/once?channels=a" + System.nanoTime(), headers.toArray(String[]::new));
  }

  /** Adds what makes a request more than a plain read. */
  private static Server.Answer getAsUser(Server server, String host, String origin) {
    return get(server, host, origin, "Cookie: session=1");
  }

  @ParameterizedTest
  @CsvSource({
    "app.example, http://app.example",
    "app.example:80, http://app.example",
    "app.example, http://app.example:80",
    "APP.example, HTTP://app.EXAMPLE",
    "app.example:8080, http://app.example:8080",
    "127.0.0.1:8080, http://127.0.0.1:8080",
    "[::1]:8080, http://[::1]:8080",
    "[::1], http://[::1]",
    "[2001:DB8::1], http://[2001:db8::1]:80",
    "my_app, http://my_app",
    "my_stack_web:8080, http://my_stack_web:8080",
    "-x.example, http://-x.example",
    "xn--mnchen-3ya.example, http://xn--mnchen-3ya.example"
  })
  void pagesOfTheServersOwnOriginMayConnect(String host, String origin) {
    Server.Answer answer = getAsUser(strict, host, origin);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "app.example, http://evil.example",
    "app.example, null",
    "app.example, ''",
    "app.example, *",
    "app.example, http://app.example.evil.example",
    "app.example, http://evil-app.example",
    "app.example, http://app.example@evil.example",
    "app.example, http://user@app.example",
    "app.example, http://sub.app.example",
    "app.example, https://app.example",
    "app.example, http://app.example:8080",
    "app.example:8080, http://app.example",
    "app.example:8080, http://app.example:80801",
    "app.example, http://app.example/",
    "app.example, http://app.example/path",
    "app.example, http://app.example?x",
    "app.example, http://app.example#x",
    "app.example, app.example",
    "app.example, //app.example",
    "app.example, file://",
    "app.example, file://app.example",
    "app.example, 'http://app.example, http://app.example'",
    "app.example, http://app_example",
    "app.example, http://app%2eexample",
    "[::1]:8080, http://[::2]:8080",
    "[::1], http://::1",
    "localhost, http://127.0.0.1"
  })
  void foreignPagesMayNot(String host, String origin) {
    Server.Answer answer = getAsUser(strict, host, origin);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.json().getString("code")).isEqualTo("forbidden");
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
    Server.Answer bearer = get(strict, host, origin, "Authorization: Bearer x");
    assertThat(bearer.status()).isEqualTo(403);
  }

  @Test
  void whatIsNoPageMayConnect() {
    assertThat(strict.get("/once?channels=a").status()).isEqualTo(200);
    assertThat(strict.get("/once?channels=b").header("vary")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://good.example",
        "https://good.example:443",
        "http://[2001:db8::1]:8080",
        "https://upper.example"
      })
  void allowedPagesGetTheHeadersTheyNeed(String origin) {
    Server.Answer answer = get(open, "app.example", origin);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("access-control-allow-origin")).isEqualTo(origin);
    assertThat(answer.header("access-control-allow-credentials")).isEqualTo("true");
    assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://good.example",
        "https://good.example:8443",
        "https://good.example.evil.example",
        "https://evilgood.example",
        "null"
      })
  void othersDoNotThoughSomeAreAllowed(String origin) {
    Server.Answer answer = getAsUser(open, "app.example", origin);
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.header("vary")).isEqualToIgnoringCase("origin");
  }

  @Test
  void theAnswerDependsOnTheOriginAlsoWhereThereIsNone() {
    assertThat(open.get("/once?channels=a").header("vary")).isEqualToIgnoringCase("origin");
  }

  @Test
  void anyPageMayConnectIfAllAreAllowed() {
    for (String origin :
        List.of("https://some.example", "null", "file://", "app://shell", "what is this?")) {
      Server.Answer answer = getAsUser(anyone, "app.example", origin);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.header("access-control-allow-origin")).isEqualTo(origin);
      assertThat(answer.header("access-control-expose-headers"))
          .isEqualToIgnoringCase("Retry-After");
      assertThat(answer.header("access-control-allow-credentials")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"null", "file://", "app://shell", "capacitor://localhost", "https://my_app:8443"})
  void whatIsNoWebSiteCanBeAllowedByName(String origin) {
    MillraceOptions options = new MillraceOptions().addAllowedOrigin(origin);
    Server server = new Server(vertx, options).listen();
    assertThat(getAsUser(server, "app.example", origin).status()).isEqualTo(200);
    assertThat(getAsUser(server, "app.example", origin + "x").status()).isEqualTo(403);
    assertThat(getAsUser(server, "app.example", "http://app.example").status()).isEqualTo(200);
  }

  /** As behind a proxy that rewrites Host: the browser still sends the page's origin. */
  @Test
  void aForeignPageMayReadWithoutCredentialsButBrowsersShowItNothing() {
    Server.Answer answer = get(strict, "backend:8080", "https://app.example");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
  }

  @Test
  void theClientsFilesAreForEverybody() {
    Server.Answer answer =
        strict.get("/for-tests.js", "Host: backend", "Origin: https://app.example", "Cookie: a=b");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(
            open.get("/for-tests.js", "Host: backend", "Origin: https://good.example")
                .header("access-control-allow-origin"))
        .isEqualTo("https://good.example");
  }

  @Test
  void aPreflightOfAnAllowedPageIsAnswered() {
    for (String path : new String[] {"", "/publish", "/once"}) {
      Server.Answer answer =
          open.request(
              "OPTIONS",
              path,
              "",
              "Origin: https://good.example",
              "Access-Control-Request-Method: POST",
              "Access-Control-Request-Headers: content-type");
      assertThat(answer.status()).isEqualTo(204);
      assertThat(answer.header("access-control-allow-origin")).isEqualTo("https://good.example");
      assertThat(answer.header("access-control-allow-methods"))
          .contains(path.equals("/publish") ? "POST" : "GET");
      assertThat(answer.header("access-control-allow-headers")).contains("Content-Type");
    }
    assertThat(open.request("OPTIONS", "", "", "Origin: https://evil.example").status())
        .isEqualTo(403);
  }

  @Test
  void aForeignPageCannotPublishOrUpgrade() {
    String message = "{\"channel\":\"a\",\"data\":1}";
    for (String origin : new String[] {"https://evil.example", "null"}) {
      assertThat(
              open.request(
                      "POST",
                      "/publish",
                      message,
                      "Content-Type: application/json",
                      "Origin: " + origin)
                  .status())
          .isEqualTo(403);
      Server.Answer upgrade =
          open.get(
              "/upgrade?channels=a",
              "Upgrade: websocket",
              "Connection: Upgrade, close",
              "Sec-WebSocket-Version: 13",
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
              "Connection: close",
              "Origin: " + origin);
      assertThat(upgrade.status()).isEqualTo(403);
    }
    assertThat(open.log().head()).isZero();
  }

  private static void policy(Server.Answer answer, String expected) {
    assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
    assertThat(answer.header("cross-origin-resource-policy")).isEqualTo(expected);
  }

  @Test
  void answersAreForTheServersOwnPagesUnlessAnotherOriginIsAllowed() {
    String own = "app.example";
    policy(get(strict, own, "http://app.example"), "same-origin");
    policy(get(strict, own, "https://good.example"), "same-origin");
    policy(getAsUser(strict, own, "https://bad.example"), "same-origin");
    policy(strict.get("/once?channels=a"), "same-origin");
    policy(get(open, own, "https://bad.example"), "same-origin");
    policy(get(open, own, "https://good.example"), "");
    policy(open.get("/once?channels=a"), "same-origin");
    policy(anyone.get("/once?channels=a"), "");
    policy(get(anyone, own, "https://good.example"), "");
  }

  @Test
  void theClientsFilesAreForEveryPage() {
    for (Server server : List.of(strict, open, anyone)) {
      for (String file : List.of("/for-tests.js", "/for-tests.js.map", "/nothing.js")) {
        policy(server.get(file), "");
        policy(server.get(file, "Origin: https://good.example"), "");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /nothing",
        "GET /once",
        "GET /publish",
        "GET /negotiate",
        "HEAD /stay?channels=a",
        "OPTIONS /once",
        "POST /publish",
        "PUT /once",
        "GET /stay?channels=a"
      })
  void everyAnswerSaysSo(String request) throws IOException {
    String[] parts = request.split(" ", -1);
    StringBuilder head = new StringBuilder();
    try (Socket socket = strict.open(parts[0], parts[1], "")) {
      while (head.indexOf("\r\n\r\n") < 0) {
        head.append((char) socket.getInputStream().read());
      }
    }
    assertThat(head.toString().toLowerCase(Locale.ROOT))
        .contains("x-content-type-options: nosniff")
        .contains("cross-origin-resource-policy: same-origin");
  }
}
