package io.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.testing.Chromium;
import io.millrace.testkit.LocalProxy;
import io.millrace.testkit.Needed;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.ext.web.AllowForwardHeaders;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The browser client in Chromium, behind the proxies of docs/deploying.md: as configured there, and
 * as they come. The system property {@code idle.seconds} says how long nothing is published in the
 * middle: 180 is what the guide promises, the default is 2.
 */
@Timeout(600)
class BehindProxiesTest {

  @RegisterExtension static final Needed NEED = Chromium.NEED;

  private static final Needed LIGHTTPD_TLS =
      Needed.of(
          "lighttpd with TLS",
          "apt-get install lighttpd-mod-openssl",
          () -> Files.exists(Path.of("/usr/lib/lighttpd/mod_openssl.so")));

  private static final Path GUIDE = Path.of("../../docs/deploying.md");
  private static final int MESSAGES = 50;
  private static final int IDLE_SECONDS = Integer.getInteger("idle.seconds", 2);

  private static final List<String> TECHNIQUES =
      List.of("websocket", "sse", "stream", "longpoll", "poll");

  private static final String READ =
      """
      async ({ techniques }) => {
        const { Millrace } = await import('/live/millrace.js');
        window.got = {};
        window.used = {};
        window.lives = {};
        for (const technique of techniques) {
          const live = new Millrace('/live', technique == 'any' ? {} : { transports: [technique] });
          got[technique] = [];
          used[technique] = [];
          lives[technique] = live;
          live.on('transport', ({ name }) => used[technique].push(name));
          await live.subscribe('a', ({ data }) => got[technique].push(data)).ready;
        }
      }""";

  /** A proxy, and what a tutorial configures to forward everything. */
  enum Proxy {
    NGINX("server { listen 127.0.0.1:{port}; location / { proxy_pass http://127.0.0.1:8080; } }"),
    HAPROXY(
        """
        defaults
          mode http
          timeout connect 10s
          timeout client 30s
          timeout server 30s
        listen all
          bind 127.0.0.1:{port}
          server one 127.0.0.1:8080
        """),
    APACHE("ProxyPass / http://127.0.0.1:8080/"),
    LIGHTTPD(
        """
        server.modules = ("mod_proxy")
        proxy.server = ("" => (("host" => "127.0.0.1", "port" => 8080)))
        """),
    CADDYFILE(
        """
        http://localhost:{port} {
          reverse_proxy 127.0.0.1:8080
        }
        """);

    private final String stock;

    Proxy(String stock) {
      this.stock = stock;
    }

    LocalProxy local() {
      LocalProxy local =
          switch (this) {
            case NGINX -> LocalProxy.nginx();
            case HAPROXY -> LocalProxy.haproxy();
            case APACHE -> LocalProxy.httpd();
            case LIGHTTPD -> LocalProxy.lighttpd();
            case CADDYFILE -> LocalProxy.caddy();
          };
      local.need().orSkip();
      if (this == LIGHTTPD) {
        LIGHTTPD_TLS.orSkip();
      }
      return local;
    }
  }

  private static Chromium chromium;

  private final Vertx vertx = Vertx.vertx();
  private final SelfSignedCertificate certificate = SelfSignedCertificate.create();
  private Millrace millrace;
  private HttpServer server;
  private Page page;
  private Optional<LocalProxy> local = Optional.empty();
  private int published;

  @BeforeAll
  static void launch() {
    chromium = new Chromium();
  }

  @AfterAll
  static void quit() {
    chromium.close();
  }

  @BeforeEach
  void start() {
    millrace =
        Millrace.builder(vertx)
            .broker("memory")
            .options(
                new MillraceOptions()
                    .addPublishable("**")
                    .addTrustedProxy("127.0.0.1")
                    .setPollInterval(Duration.ofMillis(500)))
            .build();
    millrace.ready().await();
    Router router = Router.router(vertx);
    router.allowForward(AllowForwardHeaders.X_FORWARD);
    // The guide's proxies forward nothing else.
    BlankPage.serve(router, "/live/page");
    router.route("/live*").subRouter(millrace.router());
    server = vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1").await();
    page = chromium.browser().newPage(new Browser.NewPageOptions().setIgnoreHTTPSErrors(true));
    page.setDefaultTimeout(120_000);
  }

  @AfterEach
  void stop() {
    page.context().close();
    local.ifPresent(LocalProxy::stop);
    millrace.close().await();
    certificate.delete();
    vertx.close().await();
  }

  @ParameterizedTest
  @EnumSource
  void asTheGuideConfiguresItEveryTechniqueGetsThroughOverTlsAndHttp2(Proxy proxy) {
    page.navigate("https://localhost:" + started(proxy, guide(proxy)) + "/live/page");
    page.evaluate(READ, Map.of("techniques", TECHNIQUES));
    publish();
    idle();
    publish();
    for (String technique : TECHNIQUES) {
      assertThat(received(technique)).as(technique).isEqualTo(expected());
      assertThat(page.evaluate("(it) => used[it]", technique)).isEqualTo(List.of(technique));
    }
    assertThat(page.evaluate("async () => lives.sse.publish('a', -1)"))
        .as("the page is not foreign")
        .isNotNull();
    assertThat(
            page.evaluate(
                "() => performance.getEntriesByType('resource')"
                    + ".find(({ name }) => name.includes('millrace')).nextHopProtocol"))
        .isEqualTo("h2");
  }

  @ParameterizedTest
  @EnumSource
  void asItComesTheClientFindsATechniqueThatGetsThrough(Proxy proxy) {
    page.navigate("http://localhost:" + started(proxy, proxy.stock) + "/live/page");
    page.evaluate(READ, Map.of("techniques", List.of("any")));
    publish();
    idle();
    publish();
    assertThat(received("any")).isEqualTo(expected());
  }

  /** Returns its port. */
  private int started(Proxy proxy, String configuration) {
    LocalProxy started = proxy.local();
    local = Optional.of(started);
    return started.start(
        configuration
            .replace("127.0.0.1:8080", "127.0.0.1:" + server.actualPort())
            .replace("\"port\" => 8080", "\"port\" => " + server.actualPort()));
  }

  /** What the guide says, for a server, a port and a certificate of this machine. */
  private String guide(Proxy proxy) {
    Matcher block =
        Pattern.compile(
                "```" + proxy.name().toLowerCase(Locale.ROOT) + "\n(.*?)\n```", Pattern.DOTALL)
            .matcher(text(GUIDE));
    assertThat(block.find()).as("a configuration of " + proxy).isTrue();
    String key = certificate.keyCertOptions().getKeyPath();
    String pem = certificate.keyCertOptions().getCertPath();
    return block
        .group(1)
        .replace("listen 443", "listen 127.0.0.1:{port}")
        .replace("bind :443", "bind 127.0.0.1:{port}")
        .replace("*:443", "*:{port}")
        .replace("\":443\"", "\"127.0.0.1:{port}\"")
        .replace("/etc/haproxy/app.example.pem", both(pem, key))
        .replace("/etc/ssl/app.example.pem", pem)
        .replace("/etc/ssl/app.example.key", key)
        .replace("app.example {", "https://localhost:{port} {\n tls " + pem + " " + key);
  }

  /** HAProxy reads certificate and key from one file. */
  private static String both(String pem, String key) {
    try {
      Path file = Path.of(pem).resolveSibling(Path.of(pem).getFileName() + ".both");
      file.toFile().deleteOnExit();
      return Files.writeString(file, text(Path.of(pem)) + text(Path.of(key))).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void publish() {
    for (int i = 0; i < MESSAGES; i++) {
      millrace.channel("a").publish(Message.json(published++)).await();
    }
  }

  private void idle() {
    page.waitForTimeout(IDLE_SECONDS * 1000);
  }

  private Object received(String technique) {
    page.waitForFunction(
        "({ technique, count }) => got[technique].length >= count",
        Map.of("technique", technique, "count", published));
    return page.evaluate("(it) => got[it]", technique);
  }

  private List<Integer> expected() {
    return IntStream.range(0, published).boxed().toList();
  }
}
