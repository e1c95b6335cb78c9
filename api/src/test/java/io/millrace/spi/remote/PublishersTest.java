package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.MillraceException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a server refuses, or does not answer, harms nobody but whoever asked. */
class PublishersTest {

  /** Counts who waits for its end. */
  private static final class CountingConnection extends MemoryConnection {
    final AtomicInteger handlers = new AtomicInteger();

    @Override
    @SuppressWarnings("unchecked")
    public Future<Throwable> ended() {
      Future<Throwable> future = super.ended();
      return (Future<Throwable>)
          Proxy.newProxyInstance(
              Future.class.getClassLoader(),
              new Class<?>[] {Future.class},
              (self, method, arguments) -> {
                if (!method.getName().matches("isComplete|succeeded|failed|result|cause")) {
                  handlers.incrementAndGet();
                }
                return method.invoke(future, arguments);
              });
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<CountingConnection> connections = new CopyOnWriteArrayList<>();

  /** What was sent, and over which connection. */
  private final List<String> sent = new CopyOnWriteArrayList<>();

  private volatile Supplier<Future<CountingConnection>> server = this::connect;
  private final Publishers<CountingConnection> publishers =
      on(() -> Future.succeededFuture(publishers(() -> server.get()))).await();

  private Publishers<CountingConnection> publishers(
      Supplier<Future<CountingConnection>> connecting) {
    return new Publishers<>(vertx, connecting, Duration.ofSeconds(5));
  }

  @BeforeAll
  static void bePatient() {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // Machines that build are busy.
  }

  @AfterEach
  void close() {
    on(publishers::close).await();
    vertx.close().await();
  }

  private Future<CountingConnection> connect() {
    CountingConnection connection = new CountingConnection();
    connections.add(connection);
    return Future.succeededFuture(connection);
  }

  private <T> Future<T> on(Supplier<Future<T>> action) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> action.get().onComplete(done));
    return done.future();
  }

  private Future<Void> publish(String channel, Function<CountingConnection, Future<Void>> send) {
    return on(
        () ->
            publishers.publish(
                channel,
                connection -> {
                  sent.add(channel + connections.indexOf(connection));
                  return send.apply(connection);
                }));
  }

  private static Future<Void> confirm(CountingConnection connection) {
    return Future.succeededFuture();
  }

  private static Function<CountingConnection, Future<Void>> ending(Throwable cause) {
    return connection -> {
      connection.end(cause);
      return Promise.<Void>promise().future();
    };
  }

  private static Future<Void> breaking(CountingConnection connection) {
    connection.end(new IOException("gone"));
    return Future.failedFuture(BrokerConnection.broken());
  }

  private static MillraceException failure(Future<?> failed) {
    await().until(failed::isComplete);
    return (MillraceException) failed.cause();
  }

  @Test
  void whatWasAnsweredIsNotKeptForTheEndOfTheConnection() {
    for (int i = 0; i < 200; i++) {
      publish("channel" + i, PublishersTest::confirm).await();
    }
    assertThat(connections).hasSizeLessThan(10);
    assertThat(connections)
        .allSatisfy(connection -> assertThat(connection.handlers).hasValueLessThan(10));
  }

  @Test
  void theFirstOfAChannelIsATrialAndTheOthersShareALinkInTheirOrder() {
    Promise<Void> first = Promise.promise();
    List<Future<Void>> published = new ArrayList<>();
    published.add(publish("a", connection -> first.future()));
    published.add(publish("a", PublishersTest::confirm));
    published.add(publish("b", PublishersTest::confirm));
    published.add(publish("a", PublishersTest::confirm));
    await().until(() -> sent.equals(List.of("a0")));
    first.complete();
    Future.all(published).await();
    assertThat(sent).containsExactlyInAnyOrder("a0", "a1", "a1", "b0");
    assertThat(connections).hasSize(2);
  }

  @Test
  void whatIsNotPermittedIsNotAskedAgainForAWhileAndBreaksNoConnectionOfOthers() {
    publish("a", PublishersTest::confirm).await();
    publish("a", PublishersTest::confirm).await();
    BrokerException words = new BrokerException("ACCESS_REFUSED - access to topic refused");
    Future<Void> refused = publish("b", ending(words));
    Future<Void> behind = publish("b", PublishersTest::confirm);
    assertThat(failure(refused).code()).isEqualTo(MillraceException.Code.FORBIDDEN);
    assertThat(failure(behind).code()).isEqualTo(MillraceException.Code.FORBIDDEN);
    assertThat(failure(publish("b", PublishersTest::confirm)).retryable()).isFalse();
    assertThat(failure(publish("b", PublishersTest::confirm)).getMessage())
        .doesNotContain("ACCESS_REFUSED");
    publish("a", PublishersTest::confirm).await();
    publish("c", PublishersTest::confirm).await();
    assertThat(sent).containsExactly("a0", "a1", "b0", "a1", "c2");
    assertThat(connections.get(1).ended().isComplete()).isFalse();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(
            () ->
                publish("b", PublishersTest::confirm)
                    .transform(over -> Future.succeededFuture(over.succeeded()))
                    .await());
  }

  @Test
  void aLimitIsAnsweredAsWhatPassesAndAsksNothingElseForAMoment() {
    BrokerException words = new BrokerException("queue limit in vhost '/' (2) is reached");
    assertThat(failure(publish("a", ending(words))).retryable()).isTrue();
    assertThat(failure(publish("b", PublishersTest::confirm)).retryable()).isTrue();
    assertThat(sent).containsExactly("a0");
    await()
        .until(
            () ->
                publish("b", PublishersTest::confirm)
                    .transform(over -> Future.succeededFuture(over.succeeded()))
                    .await());
  }

  @Test
  void aPublishWhoseConnectionBreaksIsNotRepeated() {
    assertThat(failure(publish("a", ending(new IOException("cut")))).retryable()).isTrue();
    assertThat(sent).containsExactly("a0");
  }

  @Test
  void whatMayBeAskedTwiceIsRefusedForAWhileWhenItsConnectionBreaksTwice() {
    List<Integer> asked = new CopyOnWriteArrayList<>();
    Trials<CountingConnection> trials =
        on(() ->
                Future.succeededFuture(
                    new Trials<CountingConnection>(
                        vertx, () -> server.get(), Duration.ofSeconds(5))))
            .await();
    Future<Void> once =
        on(
            () ->
                trials.ask(
                    "subscribe a",
                    true,
                    connection -> {
                      asked.add(connections.indexOf(connection));
                      return asked.size() == 1
                          ? ending(new IOException("cut")).apply(connection)
                          : confirm(connection);
                    }));
    once.await();
    // So does a server that restarts, which must not be taken for its last word.
    Future<Void> twice = on(() -> trials.ask("subscribe b", true, ending(new IOException("cut"))));
    assertThat(failure(twice).code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
    Future<Void> again = on(() -> trials.ask("subscribe b", true, PublishersTest::confirm));
    assertThat(failure(again).retryable()).isTrue();
    assertThat(asked).containsExactly(0, 1);
    assertThat(connections).hasSize(3);
    on(trials::close).await();
  }

  private MillraceException brokenTwice(Supplier<Optional<Long>> wellSince) {
    Trials<CountingConnection> trials =
        on(() ->
                Future.succeededFuture(
                    new Trials<CountingConnection>(
                        vertx, () -> server.get(), Duration.ofSeconds(5), wellSince)))
            .await();
    Future<Void> broken = on(() -> trials.ask("subscribe a", true, ending(new IOException("cut"))));
    MillraceException failure = failure(broken);
    on(trials::close).await();
    return failure;
  }

  /** As RabbitMQ 3 does over AMQP 1.0. */
  @Test
  void aServerThatKeepsAnotherConnectionAllTheTimeRefusesWhatItBreaksConnectionsOver() {
    long before = System.nanoTime();
    assertThat(brokenTwice(() -> Optional.of(before)).code())
        .isEqualTo(MillraceException.Code.FORBIDDEN);
  }

  @Test
  void aServerWhoseOtherConnectionBrokeAsWellRefusesNothing() {
    assertThat(brokenTwice(() -> Optional.of(System.nanoTime())).code())
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
    assertThat(brokenTwice(Optional::empty).code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
  }

  /** What a server says last may be about itself: it may have taken the message before. */
  @Test
  void whetherAServerThatShutsDownTookAPublishIsNotKnown() {
    BrokerException words = new BrokerException("The broker reports an error: CONNECTION_FORCED");
    assertThat(failure(publish("a", ending(words))).code())
        .isEqualTo(MillraceException.Code.TIMEOUT);
    // That of others was surely not sent.
    assertThat(failure(publish("a", PublishersTest::confirm)).code())
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
    assertThat(sent).containsExactly("a0");
  }

  @Test
  void whatAServerSaysOfThePublishItselfIsItsAnswer() {
    BrokerException words = new BrokerException("The broker reports an error: no");
    Future<Void> named =
        publish(
            "a",
            connection -> {
              Promise<Void> answer = Promise.promise();
              context.runOnContext(
                  told -> {
                    answer.fail(BrokerConnection.refused(words));
                    connection.end(words);
                  });
              return answer.future();
            });
    assertThat(failure(named).code()).isEqualTo(MillraceException.Code.UNAVAILABLE);
  }

  /** It is one message that is refused, not its channel. */
  @Test
  void whatIsTooLargeForTheServerKeepsNoOtherFromItsChannel() {
    for (String text :
        List.of(
            "PRECONDITION_FAILED - message size 134217729 is larger than configured max size 134217728",
            "The maximum data length was exceeded",
            "The broker refuses: amqp:link:message-size-exceeded link max size",
            "Frame too large")) {
      Future<Void> refused = publish("a", ending(new BrokerException(text)));
      Future<Void> behind = publish("a", PublishersTest::confirm);
      assertThat(failure(refused).code()).as(text).isEqualTo(MillraceException.Code.TOO_LARGE);
      behind.await();
      // The next is a trial again.
      failure(publish("a", connection -> Future.failedFuture(BrokerConnection.outOfReach())));
    }
  }

  @Test
  void ofManyThatAreAskedTogetherTheOneIsFoundThatIsRefused() {
    Trials<CountingConnection> trials =
        on(() ->
                Future.succeededFuture(
                    new Trials<CountingConnection>(
                        vertx, () -> server.get(), Duration.ofSeconds(5))))
            .await();
    List<Future<Void>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      boolean refused = i == 7;
      asked.add(
          on(
              () ->
                  trials.ask(
                      "subscribe " + asked.size(),
                      true,
                      connection -> {
                        Promise<Void> taken = Promise.promise();
                        vertx.setTimer(
                            50,
                            due -> {
                              if (refused) {
                                connection.end(new BrokerException("denied"));
                              } else if (!connection.ended().isComplete()) {
                                taken.tryComplete();
                              }
                            });
                        return taken.future();
                      })));
    }
    assertThat(failure(asked.get(7)).code()).isEqualTo(MillraceException.Code.FORBIDDEN);
    asked.remove(7);
    Future.all(asked).await();
    assertThat(connections).hasSizeLessThan(5);
    on(trials::close).await();
  }

  @Test
  void aServerThatTakesNothingIsWaitedForByOneAndFailsTheOthersAtOnce() {
    publish("a", PublishersTest::confirm).await();
    Promise<Void> late = Promise.promise();
    Future<Void> first = publish("a", connection -> late.future());
    late.fail(BrokerConnection.late());
    assertThat(failure(first).code()).isEqualTo(MillraceException.Code.TIMEOUT);
    Promise<Void> found = Promise.promise();
    Future<Void> finding = publish("a", connection -> found.future());
    assertThat(failure(publish("a", PublishersTest::confirm)).code())
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
    found.complete();
    finding.await();
    publish("a", PublishersTest::confirm).await();
    assertThat(connections).hasSize(2);
  }

  /** As RabbitMQ does over STOMP, where a queue that is full rejects what is published. */
  @Test
  void whereConnectionsBreakInSilenceNowAndThenOthersPublishOverAnotherConnection() {
    for (String channel : List.of("a", "a", "b")) {
      publish(channel, PublishersTest::confirm).await();
    }
    assertThat(failure(publish("a", PublishersTest::breaking)).code())
        .isEqualTo(MillraceException.Code.TIMEOUT);
    assertThat(failure(publish("a", PublishersTest::breaking)).code())
        .isEqualTo(MillraceException.Code.TIMEOUT);
    publish("a", PublishersTest::confirm).await();

    Promise<Void> slow = Promise.promise();
    Future<Void> other = publish("b", connection -> slow.future());
    await().until(() -> sent.stream().filter(each -> each.startsWith("b")).count() == 2);
    assertThat(failure(publish("a", PublishersTest::breaking)).code())
        .isEqualTo(MillraceException.Code.TIMEOUT);
    String last = sent.get(sent.size() - 1);
    assertThat(sent)
        .filteredOn(each -> each.startsWith("b"))
        .doesNotContain("b" + last.substring(1));
    slow.complete();
    other.await();
  }

  @Test
  void aChannelThatIsNeverConfirmedKeepsNoOtherFromBeingPublishedTo() {
    for (String channel : List.of("a", "b", "c")) {
      publish(channel, PublishersTest::confirm).await();
    }
    Promise<Void> late = Promise.promise();
    Future<Void> first = publish("a", connection -> late.future());
    late.fail(BrokerConnection.late());
    assertThat(failure(first).code()).isEqualTo(MillraceException.Code.TIMEOUT);
    Promise<Void> stuck = Promise.promise();
    Future<Void> again = publish("a", connection -> stuck.future());

    Promise<Void> found = Promise.promise();
    Future<Void> finding = publish("b", connection -> found.future());
    assertThat(failure(publish("c", PublishersTest::confirm)).code())
        .as("whether the server takes nothing at all is found out by one")
        .isEqualTo(MillraceException.Code.UNAVAILABLE);
    found.complete();
    finding.await();
    publish("c", PublishersTest::confirm).await();
    assertThat(again.isComplete()).isFalse();
    stuck.fail(BrokerConnection.late());
    assertThat(failure(again).code()).isEqualTo(MillraceException.Code.TIMEOUT);
    publish("b", PublishersTest::confirm).await();
    publish("c", PublishersTest::confirm).await();
  }

  @Test
  void whereThereIsNoFurtherConnectionAPublishFailsAndIsTriedAgainAfterAMoment() {
    server = () -> Future.failedFuture(new BrokerException("connection limit (1) is reached"));
    assertThat(failure(publish("a", PublishersTest::confirm)).retryable()).isTrue();
    server = this::connect;
    assertThat(failure(publish("b", PublishersTest::confirm)).retryable()).isTrue();
    await()
        .until(
            () ->
                publish("a", PublishersTest::confirm)
                    .transform(over -> Future.succeededFuture(over.succeeded()))
                    .await());
  }
}
