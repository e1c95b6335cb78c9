package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Authenticator;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.ReaderInfo;
import io.millrace.ReaderListener;
import io.millrace.core.http.Deciders;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReaderListenerTest {

  private static final String USER = "X-Token: ann";

  private static final Authenticator BELIEVING =
      context -> Future.succeededFuture(Client.of(context.request().getHeader("X-Token")));

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final List<String> story = new CopyOnWriteArrayList<>();
  private final List<ReaderInfo> readers = new CopyOnWriteArrayList<>();

  /** Notes what it is told. */
  private class Noting implements ReaderListener {

    @Override
    public Future<Void> beforeAttach(ReaderInfo reader) {
      story.add("before " + reader.transport());
      return Future.succeededFuture();
    }

    @Override
    public void attached(ReaderInfo reader) {
      story.add("attached " + reader.client().user().orElse("nobody"));
      readers.add(reader);
    }

    @Override
    public void ended(ReaderInfo reader, String reason) {
      story.add("ended " + reason);
    }
  }

  private Server server(ReaderListener listener) {
    return new Server(
            vertx,
            new MillraceOptions().setAuthorizerTimeout(Duration.ofMillis(100)),
            new Deciders(
                Optional.of(BELIEVING),
                Optional.empty(),
                Optional.empty(),
                Optional.of(listener),
                Optional.empty()))
        .listen();
  }

  private static void leave(Server server, int connection) {
    Server.await(
        server.onLoop(
            connection,
            () -> {
              server.outlets.get(connection).close();
              return Future.succeededFuture();
            }));
  }

  @Test
  void isToldOfThoseWhoStayFromBeginningToEnd() throws IOException {
    Server server = server(new Noting());
    int one = server.connect("?channels=a,b&client=client-1", USER);
    eventually(() -> assertThat(story).containsExactly("before duplex", "attached ann"));
    ReaderInfo reader = readers.get(0);
    assertThat(reader.clientId()).contains("client-1");
    assertThat(Server.await(server.onLoop(one, () -> Future.succeededFuture(reader.channels()))))
        .containsOnly(ChannelPattern.of("a"), ChannelPattern.of("b"));
    assertThatThrownBy(() -> reader.disconnect("é")).isInstanceOf(IllegalArgumentException.class);
    reader.disconnect("go away");
    eventually(() -> assertThat(story).hasSize(3).last().isEqualTo("ended go away"));
    assertThat(server.outlets.get(one).endings).hasSize(1);
    server.connect("?channels=a", USER);
    leave(server, 1);
    eventually(() -> assertThat(story).hasSize(6).last().isEqualTo("ended closed"));
  }

  @Test
  void mayRefuseAnyClient() throws IOException {
    AtomicReference<Future<Void>> answer = new AtomicReference<>();
    Server server =
        server(
            new Noting() {
              @Override
              public Future<Void> beforeAttach(ReaderInfo reader) {
                assertThatThrownBy(() -> reader.disconnect("early"))
                    .isInstanceOf(IllegalStateException.class);
                return answer.get();
              }
            });
    for (String path : List.of("/once?channels=a", "/stay?channels=a")) {
      answer.set(
          Future.failedFuture(
              new MillraceException(MillraceException.Code.CONFLICT, "Only one page, please.")));
      assertThat(server.get(path, USER).json().getString("detail")).startsWith("Only one page");
      answer.set(Future.failedFuture("a secret reason"));
      Server.Answer refusal = server.get(path, USER);
      assertThat(refusal.status()).isEqualTo(403);
      assertThat(refusal.body()).doesNotContain("secret");
      answer.set(Promise.<Void>promise().future());
      assertThat(server.get(path, USER).status()).isEqualTo(503);
    }
    answer.set(Future.succeededFuture());
    assertThat(server.get("/once?channels=a", USER).status()).isEqualTo(200);
    assertThat(story).as("none that stays was attached").isEmpty();
  }

  @Test
  void doesSomethingPeriodicallyUntilTheReaderEnds() throws IOException {
    List<String> ticks = new CopyOnWriteArrayList<>();
    Server server =
        server(
            new Noting() {
              @Override
              public void attached(ReaderInfo reader) {
                super.attached(reader);
                reader.periodic(
                    Duration.ofMillis(50),
                    same -> {
                      ticks.add(same.transport());
                      throw new IllegalStateException("on purpose");
                    });
              }
            });
    server.connect("?channels=a", USER);
    eventually(() -> assertThat(ticks).hasSizeGreaterThan(2));
    assertThat(server.node.counts().readers()).isEqualTo(1);
    leave(server, 0);
    server.nothingRemains(); // No timers either.
  }

  @Test
  void whateverItDoesWrongHarmsNobody() throws IOException {
    Server server =
        server(
            new ReaderListener() {
              @Override
              public void attached(ReaderInfo reader) {
                throw new AssertionError("on purpose");
              }

              @Override
              public void ended(ReaderInfo reader, String reason) {
                throw new IllegalStateException("on purpose");
              }
            });
    int one = server.connect("?channels=a", USER);
    Server.await(server.send(one, "{\"type\":\"ping\"}"));
    assertThat(server.outlets.get(one).frames("heartbeat")).hasSize(1);
    leave(server, one);
    server.nothingRemains();
  }

  @Test
  void aPeriodicSourcePublishesToAChannelOfItsUser() throws IOException {
    AtomicReference<Server> itself = new AtomicReference<>();
    Server server = server(new ClockSource(() -> itself.get().node));
    itself.set(server);
    int one = server.connect("?channels=user.ann.clock", USER);
    eventually(
        () -> assertThat(server.outlets.get(one).sequences()).hasSizeGreaterThanOrEqualTo(2));
  }

  @Test
  void theGuideShowsThePeriodicSource() throws IOException {
    String guide = Files.readString(Path.of("../docs/coming-from.md"));
    String code =
        Files.readAllLines(Path.of("src/test/java/io/millrace/core/ClockSource.java")).stream()
            .filter(line -> !line.startsWith("package"))
            .collect(Collectors.joining("\n"))
            .strip();
    assertThat(guide).contains(code);
  }
}
