package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalProxyTest {

  private static final String NGINX =
      "server { listen 127.0.0.1:{port}; location / { proxy_pass http://127.0.0.1:%d; } }";

  private static final String HAPROXY =
      """
      defaults
        mode http
        timeout connect 5s
        timeout client 5s
        timeout server 5s
      listen all
        bind 127.0.0.1:{port}
        server one 127.0.0.1:%d
      """;

  private static final String LIGHTTPD =
      """
      server.modules = ("mod_proxy")
      proxy.server = ("" => (("host" => "127.0.0.1", "port" => %d)))
      """;

  private static final String CADDY =
      """
      http://127.0.0.1:{port} {
        reverse_proxy 127.0.0.1:%d
      }
      """;

  private static final String HTTPD = "ProxyPass / http://127.0.0.1:%d/";

  private final Vertx vertx = Vertx.vertx();
  private int server;

  @BeforeEach
  void start() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end("the server"))
            .listen(0, "127.0.0.1")
            .await()
            .actualPort();
  }

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "haproxy", "httpd", "lighttpd", "caddy"})
  void forwardsUntilTheTestEnds(String name) throws IOException {
    LocalProxy proxy = named(name);
    proxy.need().orSkip();
    proxy.beforeEach(null);
    int port = proxy.start(configuration(name).formatted(server));
    assertThat(get(port)).isEqualTo("the server");
    proxy.afterEach(null);
    new ServerSocket(port, 1, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void whatWasStartedBeforeAllTestsOutlivesEach() {
    LocalProxy nginx = LocalProxy.nginx();
    nginx.need().orSkip();
    int port = nginx.start(NGINX.formatted(server));
    nginx.beforeEach(null);
    nginx.afterEach(null);
    assertThat(get(port)).isEqualTo("the server");
    nginx.afterAll(null);
    assertThatThrownBy(() -> get(port)).isInstanceOf(IOException.class);
  }

  @Test
  void aBadConfigurationIsReportedInTheProxysWords() {
    LocalProxy nginx = LocalProxy.nginx();
    nginx.need().orSkip();
    assertThatThrownBy(() -> nginx.start("nonsense;")).hasMessageContaining("nonsense");
    nginx.stop();
  }

  private static LocalProxy named(String name) {
    return switch (name) {
      case "nginx" -> LocalProxy.nginx();
      case "haproxy" -> LocalProxy.haproxy();
      case "lighttpd" -> LocalProxy.lighttpd();
      case "caddy" -> LocalProxy.caddy();
      default -> LocalProxy.httpd();
    };
  }

  private static String configuration(String name) {
    return switch (name) {
      case "nginx" -> NGINX;
      case "haproxy" -> HAPROXY;
      case "lighttpd" -> LIGHTTPD;
      case "caddy" -> CADDY;
      default -> HTTPD;
    };
  }

  private String get(int port) {
    return vertx
        .createHttpClient()
        .request(HttpMethod.GET, port, "127.0.0.1", "/")
        .compose(request -> request.send())
        .compose(response -> response.body())
        .await()
        .toString();
  }
}
