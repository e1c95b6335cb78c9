package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.millrace.testkit.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Does what the guide about users says: copies a program into the project of the README, adds the
 * dependency, and runs it. Then sees who may do what.
 */
class AuthenticationGuideIT extends Newcomer {

  private static final Path GUIDE = PROJECT.resolve("docs/authentication.md");
  private static final Pattern DEPENDENCY =
      Pattern.compile("^ *<dependency>.*millrace-auth<.*</dependency>$", Pattern.MULTILINE);

  @Test
  void everyProgramIsShort() throws IOException {
    assertThat(new Page(GUIDE).files()).hasSize(3);
    new Page(GUIDE)
        .files()
        .forEach((path, text) -> assertThat(text.lines().count()).as(path).isLessThan(60));
  }

  @Test
  void theProgramWithSessionsKnowsItsUsers() throws Exception {
    start("SessionApp");
    assertThat(login("ann", "wrong").statusCode()).isEqualTo(401);
    String cookie =
        login("ann", "open sesame")
            .headers()
            .firstValue("Set-Cookie")
            .orElseThrow()
            .split(";", 2)[0];
    assertThat(get("/me", "Cookie", cookie).body()).isEqualTo("ann");

    HttpResponse<String> own = get("/live?channels=user.ann&last=1", "Cookie", cookie);
    assertThat(own.statusCode()).as(own.body()).isEqualTo(200);
    assertThat(own.body()).contains("Welcome, ann");
    assertThat(get("/live?channels=user.bob", "Cookie", cookie).statusCode()).isEqualTo(403);
    assertThat(get("/live?channels=user.ann").statusCode()).isEqualTo(403);
  }

  private HttpResponse<String> login(String user, String password) throws Exception {
    return send(
        request("/login")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(
                BodyPublishers.ofString(
                    "user=" + user + "&password=" + password.replace(' ', '+'))));
  }

  @Test
  void theProgramWithTokensKnowsItsUsers() throws Exception {
    start("JwtApp");
    String token = send(request("/token").POST(BodyPublishers.noBody())).body();
    String bearer = "Bearer " + token;
    HttpResponse<String> own = get("/live?channels=user.ann", "Authorization", bearer);
    assertThat(own.statusCode()).as(own.body()).isEqualTo(200);
    assertThat(get("/live/negotiate", "Authorization", bearer).body()).contains("\"expires\":");
    assertThat(get("/live?channels=user.bob", "Authorization", bearer).statusCode()).isEqualTo(403);
    assertThat(get("/live?channels=user.ann").statusCode()).isEqualTo(403);
    assertThat(get("/live?channels=user.ann", "Authorization", bearer + "x").statusCode())
        .isEqualTo(401);
  }

  @Test
  void theProgramWithAHookAsksTheApplication() throws Exception {
    HttpServer application = HttpServer.create(new InetSocketAddress("localhost", 0), 0);
    application.createContext(
        "/whoami",
        exchange -> {
          boolean ann = "id=ann".equals(exchange.getRequestHeaders().getFirst("Cookie"));
          byte[] body = (ann ? "{\"user\":\"ann\"}" : "").getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(ann ? 200 : 401, ann ? body.length : -1);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    application.start();
    try {
      int inside = FreePorts.find();
      start("HookApp", 9090, application.getAddress().getPort(), 8081, inside);
      HttpResponse<String> published =
          send(
              HttpRequest.newBuilder(URI.create("http://localhost:" + inside + "/publish/user.ann"))
                  .POST(BodyPublishers.ofString("{\"mail\":7}")));
      assertThat(published.statusCode()).as(published.body()).isEqualTo(200);
      assertThat(get("/live?channels=user.ann&last=1", "Cookie", "id=ann").body())
          .contains("{\"mail\":7}");
      assertThat(get("/live?channels=user.bob", "Cookie", "id=ann").statusCode()).isEqualTo(403);
      assertThat(get("/live?channels=news", "Cookie", "id=eve").statusCode()).isEqualTo(401);
      assertThat(get("/live?channels=news").statusCode()).isEqualTo(401);
    } finally {
      application.stop(0);
    }
  }

  /** Runs a program of the guide as {@link Newcomer#run} says. */
  private void start(String program, int... ports) throws IOException {
    new Page(PROJECT.resolve("README.md")).copyTo(folder);
    Files.delete(folder.resolve("src/main/java/App.java"));
    Path source = Path.of("src/main/java", program + ".java");
    Files.writeString(folder.resolve(source), new Page(GUIDE).files().get(source.toString()));
    Matcher dependency = DEPENDENCY.matcher(Files.readString(GUIDE));
    assertThat(dependency.find()).isTrue();
    Path pom = folder.resolve("pom.xml");
    Files.writeString(
        pom,
        Files.readString(pom)
            .replace(
                "  </dependencies>\n\n  <build>",
                dependency.group() + "\n  </dependencies>\n\n  <build>")
            .replace("<mainClass>App<", "<mainClass>" + program + "<"));
    run(source, ports);
  }
}
