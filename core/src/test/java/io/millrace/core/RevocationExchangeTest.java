package io.millrace.core;

import static io.millrace.core.reader.Rig.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.BearerToken;
import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.http.Deciders;
import io.millrace.core.testing.SharedBus;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.millrace.spi.Ending;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests that what one node takes away is gone on all nodes. */
class RevocationExchangeTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String ANN = "Authorization: Bearer ann";

  private final SharedBus bus = new SharedBus();
  private final Instant issued = Instant.now();
  private final Set<String> closed = ConcurrentHashMap.newKeySet();

  private Server server(SharedBus.Member broker) {
    Deciders deciders =
        new Deciders(
            Optional.of(
                request ->
                    Future.succeededFuture(
                        BearerToken.of(request)
                            .map(user -> Client.of(user).withIssued(issued))
                            .orElse(Client.anonymous()))),
            Optional.of(
                (client, action, target) ->
                    Future.succeededFuture(!closed.contains(target.toString()))),
            Optional.empty());
    Server server = new Server(vertx, new MillraceOptions(), deciders, broker).listen();
    Server.await(server.node.ready());
    return server;
  }

  private TestOutlet connect(Server server) throws IOException {
    return server.outlets.get(server.connect("?channels=a,b", ANN));
  }

  private static void ended(TestOutlet outlet, Ending ending) {
    eventually(() -> assertThat(outlet.endings).containsExactly(ending));
  }

  @Test
  void allNodesTakeAwayWhatOneDoes() throws IOException {
    Server here = server(bus.broker());
    Server there = server(bus.broker());
    TestOutlet disconnected = connect(there);
    Server.await(here.node.disconnect("ann"));
    ended(disconnected, Ending.DISCONNECTED);
    eventually(() -> assertThat(there.get("/once?channels=a", ANN).status()).isEqualTo(403));
  }

  @Test
  void aRevokedPatternIsClosedOnAllNodes() throws IOException {
    Server here = server(bus.broker());
    Server there = server(bus.broker());
    TestOutlet revoked = connect(there);
    Server.await(here.node.revoke("ann", ChannelPattern.of("b")));
    ended(revoked, Ending.REVOKED);
    assertThat(there.get("/once?channels=a", ANN).status()).isEqualTo(200);
    assertThat(there.get("/once?channels=b", ANN).status()).isEqualTo(403);
  }

  @Test
  void allNodesAskTheirAuthorizerAgain() throws IOException {
    Server here = server(bus.broker());
    Server there = server(bus.broker());
    TestOutlet asked = connect(there);
    closed.add("b");
    Server.await(here.node.reauthorize("ann"));
    ended(asked, Ending.REVOKED);
  }

  @Test
  void aNodeThatStartsLaterLearnsWhatWasTakenAway() {
    Server here = server(bus.broker());
    Server.await(here.node.revoke("ann", ChannelPattern.of("b")));
    Server.await(here.node.disconnect("bob"));
    Server late = server(bus.broker());
    eventually(() -> assertThat(late.get("/once?channels=b", ANN).status()).isEqualTo(403));
    eventually(
        () ->
            assertThat(late.get("/once?channels=a", "Authorization: Bearer bob").status())
                .isEqualTo(403));
    assertThat(late.get("/once?channels=a", ANN).status()).isEqualTo(200);
  }

  @Test
  void whatHappensWhileTheBrokerIsOutOfReachIsLearntAfterwards() throws IOException {
    SharedBus.Member cut = bus.broker();
    Server here = server(cut);
    Server there = server(bus.broker());
    TestOutlet local = connect(here);
    TestOutlet remote = connect(there);
    cut.cut();
    Future<Void> told = here.node.disconnect("ann");
    ended(local, Ending.DISCONNECTED);
    assertThat(remote.endings).isEmpty();
    cut.mend();
    ended(remote, Ending.DISCONNECTED);
    eventually(() -> assertThat(told.isComplete()).isTrue());
  }

  @Test
  void moreThanOneMessageHoldsIsTold() {
    Server here = server(bus.broker());
    for (int i = 0; i < 2_000; i++) {
      Server.await(here.node.disconnect("user" + i));
    }
    Server late = server(bus.broker());
    for (int i : new int[] {0, 999, 1_999}) {
      eventually(
          () ->
              assertThat(late.get("/once?channels=a", "Authorization: Bearer user" + i).status())
                  .isEqualTo(403));
    }
  }

  @Test
  void onlyAUserCanBeDisconnected() {
    Server server = server(bus.broker());
    assertThatThrownBy(() -> server.node.disconnect("")).isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> server.node.revoke("a\nb", ChannelPattern.of("a")))
        .isInstanceOf(MillraceException.class);
  }
}
