package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.MillraceOptions;
import io.millrace.core.Server;
import io.millrace.core.testing.TestVertx;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProxiesTest {

  private static final String HERE = "127.0.0.1";

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final MillraceOptions options = new MillraceOptions();

  /** Returns the address for which a request with these lines counts. */
  private String address(String... headers) {
    Requester requester = new Requester(options);
    List<String> addresses = new CopyOnWriteArrayList<>();
    Router router = Router.router(vertx.get());
    router
        .route()
        .handler(
            context -> {
              addresses.add(requester.address(context));
              context.end();
            });
    new Server(vertx, options).listen(router).get("/", headers);
    return addresses.get(0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "X-Forwarded-For: 192.0.2.1 | 192.0.2.1",
        "X-Forwarded-For: 1.1.1.1, 192.0.2.1 | 192.0.2.1",
        "X-Forwarded-For: 1.1.1.1, 192.0.2.1, 10.1.2.3 | 192.0.2.1",
        "X-Forwarded-For: nonsense, 192.0.2.1, 10.1.2.3,10.0.0.1 | 192.0.2.1",
        "X-Forwarded-For: 192.0.2.1:4711 | 192.0.2.1",
        "X-Forwarded-For: 2001:db8::1 | 2001:db8::1",
        "X-Forwarded-For: ::ffff:192.0.2.1 | 192.0.2.1",
        "Forwarded: for=192.0.2.1 | 192.0.2.1",
        "Forwarded: for=\"192.0.2.1:4711\";proto=https | 192.0.2.1",
        "Forwarded: For=\"[2001:db8:0::1]:4711\" | 2001:db8::1",
        "Forwarded: for=\", for=192.0.2.1 | 192.0.2.1",
        "Forwarded: by=x;for=192.0.2.1, proto=http; for=10.0.0.1 | 192.0.2.1",
        "X-Forwarded-For: 10.0.0.1 | 127.0.0.1",
        "X-Forwarded-For: 192.0.2.1, unknown | 127.0.0.1",
        "X-Forwarded-For: 192.0.2.1, | 127.0.0.1",
        "X-Forwarded-For: 192.0.2.1, localhost | 127.0.0.1",
        "X-Forwarded-For: 999.0.2.1 | 127.0.0.1",
        "Forwarded: for=_hidden | 127.0.0.1",
        "Forwarded: proto=https | 127.0.0.1",
        "Forwarded: for | 127.0.0.1",
      })
  void theLastAddressThatIsNoTrustedProxyCounts(String header, String expected) {
    options.addTrustedProxy(HERE).addTrustedProxy("10.0.0.0/8");
    assertThat(address(header)).isEqualTo(expected);
  }

  @Test
  void severalLinesAreOneList() {
    options.addTrustedProxy(HERE);
    assertThat(address("X-Forwarded-For: 1.1.1.1", "X-Forwarded-For: 192.0.2.1"))
        .isEqualTo("192.0.2.1");
  }

  @Test
  void bothHeadersMustAgree() {
    options.addTrustedProxy(HERE);
    String plain = "X-Forwarded-For: 192.0.2.1";
    assertThat(address(plain, "Forwarded: for=192.0.2.1")).isEqualTo("192.0.2.1");
    assertThat(address(plain, "Forwarded: for=192.0.2.2")).isEqualTo(HERE);
    assertThat(address(plain, "Forwarded: nonsense")).isEqualTo(HERE);
  }

  @Test
  void anEndlessHeaderDoesNotCount() {
    options.addTrustedProxy(HERE);
    String many = "1.1.1.1, ".repeat(200);
    assertThat(address("X-Forwarded-For: " + many + "192.0.2.1")).isEqualTo(HERE);
  }

  @Test
  void nobodyElseIsBelieved() {
    assertThat(address("X-Forwarded-For: 192.0.2.1")).isEqualTo(HERE);
    options.addTrustedProxy("127.0.0.2").addTrustedProxy("10.0.0.0/8");
    assertThat(address("X-Forwarded-For: 192.0.2.1")).isEqualTo(HERE);
  }
}
