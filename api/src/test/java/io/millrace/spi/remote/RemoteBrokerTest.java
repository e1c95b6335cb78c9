package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.HostAndPort;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A broker and a reconnector over connections that are in memory alone. */
class RemoteBrokerTest {

  private static final ChannelPattern A = ChannelPattern.of("a");

  private final Vertx vertx = Vertx.vertx();
  private final List<HostAndPort> hosts =
      List.of(HostAndPort.create("one", 1), HostAndPort.create("two", 2));
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<HostConnection> connections = new CopyOnWriteArrayList<>();

  /** What is published and not confirmed. */
  private final List<Promise<Publication>> pending = new CopyOnWriteArrayList<>();

  /** Says which hosts are there: by default all. */
  private volatile Function<HostAndPort, Future<HostConnection>> server = this::answer;

  /** What becomes of a goodbye. */
  private volatile Future<Void> answered = Future.succeededFuture();

  private final MemoryBroker broker = new MemoryBroker();

  @BeforeAll
  static void bePatient() {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // Machines that build are busy.
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  private Future<HostConnection> answer(HostAndPort host) {
    HostConnection connection = new HostConnection(host);
    connections.add(connection);
    return Future.succeededFuture(connection);
  }

  /** A connection to one of several hosts. */
  private final class HostConnection extends MemoryConnection {

    private final HostAndPort host;

    HostConnection(HostAndPort host) {
      this.host = host;
    }

    @Override
    public Future<Void> goodbye() {
      events.add("goodbye");
      return answered;
    }
  }

  private final class User implements Messaging<HostConnection> {

    @Override
    public void up(HostConnection connection) {
      events.add("up " + connection.host.host());
    }

    @Override
    public void down(Throwable cause) {
      events.add("down " + cause.getMessage());
    }

    @Override
    public Future<Publication> publish(String channel, Message message) {
      if (channel.equals("refused")) {
        throw new MillraceException(MillraceException.Code.BAD_REQUEST, "refused");
      }
      Promise<Publication> confirmed = Promise.promise();
      pending.add(confirmed);
      return confirmed.future();
    }

    @Override
    public Future<Void> subscribe(ChannelPattern pattern) {
      events.add("subscribe " + pattern);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> unsubscribe(ChannelPattern pattern) {
      events.add("unsubscribe " + pattern);
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
      events.add("close");
      return Future.succeededFuture();
    }
  }

  private final class MemoryBroker extends RemoteBroker {

    private final Connector<HostConnection> connector =
        new Connector<>() {
          @Override
          public Future<HostConnection> connect(HostAndPort host) {
            return server.apply(host);
          }

          @Override
          public Future<Void> close() {
            events.add("connector closed");
            return Future.succeededFuture();
          }
        };

    private final Reconnector<HostConnection> reconnector =
        new Reconnector<>(vertx, hosts, connector);

    MemoryBroker() {
      super(
          new RemoteBrokerOptionsTest.Options()
              .setMaxMessageBytes(3_000)
              .setMaxPendingBytes(4_000));
    }

    @Override
    public String name() {
      return "memory-connection";
    }

    @Override
    public Future<Void> open(Ingress ingress) {
      throw new AssertionError("The test needs no node.");
    }

    Future<Void> open() {
      return open(reconnector, new User());
    }
  }

  private static MillraceException.Code codeOf(Future<?> failed) {
    await().until(failed::isComplete);
    return ((MillraceException) failed.cause()).code();
  }

  @Test
  void nothingCanBeAskedOfABrokerThatIsNotOpen() {
    assertThat(codeOf(broker.publish("a", Message.json(1))))
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
    assertThat(codeOf(broker.subscribe(A))).isEqualTo(MillraceException.Code.UNAVAILABLE);
  }

  @Test
  void theHostsAreTriedInTurnWhenALinkBreaks() {
    broker.open().await();
    connections.get(0).end(new IOException("cut"));
    await().until(() -> connections.size() == 2);
    broker.subscribe(A).await();
    broker.unsubscribe(A).await();
    answered = Promise.<Void>promise().future(); // Never: it is closed all the same.
    broker.close().await();

    assertThat(events)
        .containsExactly(
            "up one",
            "down cut",
            "up two",
            "subscribe a",
            "unsubscribe a",
            "close",
            "goodbye",
            "connector closed");
    assertThat(connections.get(1).ended().succeeded()).isTrue();
  }

  @Test
  void openGoesOnTryingWhatIsOutOfReachAndTellsTheUserOfNothing() {
    Throwable hangsUp = new SSLHandshakeException("no").initCause(new ClosedChannelException());
    server =
        host ->
            host.host().equals("two")
                ? answer(host)
                : Future.failedFuture(events.isEmpty() ? hangsUp : new IOException());
    broker.open().await();
    assertThat(events).containsExactly("up two");
  }

  @Test
  void whatNoOtherAttemptWouldMendFailsTheStart() {
    for (Throwable lasting :
        List.of(
            new BrokerException("refused"),
            new SSLHandshakeException("not trusted"),
            new IllegalArgumentException("wrong"))) {
      events.clear();
      MemoryBroker refused = new MemoryBroker();
      server = host -> Future.failedFuture(lasting);
      assertThatThrownBy(() -> refused.open().await()).isSameAs(lasting);
      await().until(() -> events.contains("connector closed"));
      assertThat(events).containsExactly("close", "connector closed");
    }
  }

  @Test
  void onceItWasWellARefusalIsTakenForAServerThatStarts() {
    broker.open().await();
    server =
        host -> {
          server = this::answer;
          return Future.failedFuture(new BrokerException("starting"));
        };
    connections.get(0).end(new IOException("cut"));
    await().until(() -> events.contains("up one") && connections.size() == 2);
    assertThat(events).containsExactly("up one", "down cut", "up one");
  }

  @Test
  void whatIsNotConfirmedIsBounded() {
    broker.open().await();
    Message message = Message.json("x".repeat(1_000));
    Future<Publication> first = broker.publish("a", message);
    assertThat(broker.publish("a", message).isComplete()).isFalse();
    assertThat(codeOf(broker.publish("a", message))).isEqualTo(MillraceException.Code.UNAVAILABLE);
    await().until(() -> pending.size() == 2);
    Publication confirmed = Publication.named("k");
    pending.get(0).complete(confirmed);
    assertThat(first.await()).isSameAs(confirmed);
    assertThat(broker.publish("a", message).isComplete()).isFalse();
  }

  @Test
  void whatCanNeverArriveIsRefusedForGood() {
    broker.open().await();
    for (int i = 0; i < 10; i++) {
      assertThat(codeOf(broker.publish("a", Message.bytes(Buffer.buffer(new byte[3_001])))))
          .isEqualTo(MillraceException.Code.TOO_LARGE);
    }
    assertThat(pending).isEmpty();
    broker.publish("a", Message.bytes(Buffer.buffer(new byte[3_000])));
    await().until(() -> pending.size() == 1);
  }

  @Test
  void whatIsLargerThanAllThatMayBePendingIsRefusedForGood() {
    RemoteBroker narrow =
        new RemoteBroker(
            new RemoteBrokerOptionsTest.Options()
                .setMaxMessageBytes(3_000)
                .setMaxPendingBytes(100)) {
          @Override
          public String name() {
            return "narrow";
          }

          @Override
          public Future<Void> open(Ingress ingress) {
            throw new AssertionError("The test needs no node.");
          }
        };
    Future<Publication> refused = narrow.publish("a", Message.bytes(Buffer.buffer(new byte[101])));
    assertThat(codeOf(refused)).isEqualTo(MillraceException.Code.TOO_LARGE);
    Future<Publication> fits = narrow.publish("a", Message.bytes(Buffer.buffer(new byte[100])));
    assertThat(codeOf(fits)).as("it is not open").isEqualTo(MillraceException.Code.UNAVAILABLE);
  }

  @Test
  void whatIsNoChannelAndWhatTheUserRefusesFailsAndIsNotPending() {
    broker.open().await();
    for (int i = 0; i < 10; i++) {
      assertThat(codeOf(broker.publish("a/b", Message.json(1))))
          .isEqualTo(MillraceException.Code.BAD_REQUEST);
      assertThat(codeOf(broker.publish("refused", Message.json(1))))
          .isEqualTo(MillraceException.Code.BAD_REQUEST);
    }
    assertThat(pending).isEmpty();
  }

  @Test
  void anotherConnectionIsToTheSameHostOrToOneThatIsThere() {
    broker.open().await();
    assertThat(broker.reconnector.another().await().host.host()).isEqualTo("one");
    server =
        host -> host.host().equals("one") ? Future.failedFuture(new IOException()) : answer(host);
    assertThat(broker.reconnector.another().await().host.host()).isEqualTo("two");
    server = host -> Future.failedFuture(new IOException("gone"));
    assertThatThrownBy(() -> broker.reconnector.another().await()).hasMessage("gone");
  }

  @Test
  void aBrokerThatIsClosedWhileItIsOpenedFailsToOpenAndEndsTheConnectionThatComesLate() {
    Promise<HostConnection> late = Promise.promise();
    Promise<Void> asked = Promise.promise();
    server =
        host -> {
          asked.tryComplete();
          return late.future();
        };
    Future<Void> opened = broker.open();
    asked.future().await();
    broker.close().await();
    assertThatThrownBy(opened::await).hasMessageContaining("closed");
    HostConnection connection = new HostConnection(hosts.get(0));
    late.complete(connection);
    await().until(() -> connection.ended().isComplete());
    assertThat(events).doesNotContain("up one");
  }

  @Test
  void whatIsSkippedIsCounted() {
    broker.skipCounter().add("a\nb", "It is no channel.");
    broker.skipCounter().add("x".repeat(1_000), "It is too large.");
    assertThat(broker.skipped()).isEqualTo(2);
  }
}
