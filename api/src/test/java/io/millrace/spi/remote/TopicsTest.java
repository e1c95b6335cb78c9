package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.Ingress;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever the server refuses, ends or does not answer: the others keep their subscriptions. */
class TopicsTest {

  private static final ChannelPattern A = ChannelPattern.of("a");
  private static final ChannelPattern B = ChannelPattern.of("b");
  private static final Duration LIMIT = Duration.ofSeconds(2);

  /** A subscription on the node's connection, as the server sees it. */
  private static final class Asked implements TopicSubscription {
    final MemoryConnection connection;
    final TopicReceiver receiver;
    final Promise<Void> confirmed = Promise.promise();
    final Promise<Void> ended = Promise.promise();
    final Promise<Void> left = Promise.promise();
    volatile boolean leaving;

    Asked(MemoryConnection connection, TopicReceiver receiver) {
      this.connection = connection;
      this.receiver = receiver;
    }

    @Override
    public Future<Void> confirmed() {
      return confirmed.future();
    }

    @Override
    public Future<Void> ended() {
      return ended.future();
    }

    @Override
    public Future<Void> end() {
      leaving = true;
      return left.future();
    }
  }

  private final class Server implements TopicProtocol<MemoryConnection> {

    @Override
    public Future<Void> publish(MemoryConnection connection, String channel, Message message) {
      return Future.succeededFuture();
    }

    @Override
    public Future<Void> tryOut(
        MemoryConnection trial,
        ChannelPattern pattern,
        Function<Optional<String>, Future<Void>> begin) {
      tried.add(pattern);
      return permission.apply(trial, pattern).compose(may -> begin.apply(Optional.empty()));
    }

    @Override
    public TopicSubscription subscribe(
        MemoryConnection connection,
        ChannelPattern pattern,
        Optional<String> queue,
        TopicReceiver receiver) {
      Asked made = new Asked(connection, receiver);
      asked.add(made);
      if (answers.test(pattern)) {
        made.confirmed.complete();
      }
      return made;
    }
  }

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final List<String> events = new CopyOnWriteArrayList<>();
  private final List<ChannelPattern> tried = new CopyOnWriteArrayList<>();
  private final List<Asked> asked = new CopyOnWriteArrayList<>();
  private final SkipCounter skipped = new SkipCounter();

  /** What becomes of a trial. */
  private volatile BiFunction<MemoryConnection, ChannelPattern, Future<Void>> permission =
      (trial, pattern) -> Future.succeededFuture();

  /** What the server confirms at once, when it is requested on the node's connection. */
  private volatile Predicate<ChannelPattern> answers = pattern -> true;

  private final Topics<MemoryConnection> topics =
      on(() ->
              Future.succeededFuture(
                  new Topics<>(
                      new Server(),
                      ingress(),
                      new RemoteBrokerOptionsTest.Options().setConfirmTimeout(LIMIT),
                      skipped,
                      () -> Future.succeededFuture(new MemoryConnection()))))
          .await();

  private MemoryConnection connection = new MemoryConnection();

  private Ingress ingress() {
    return (Ingress)
        Proxy.newProxyInstance(
            Ingress.class.getClassLoader(),
            new Class<?>[] {Ingress.class},
            (self, method, arguments) -> {
              if (method.getName().equals("vertx")) {
                return vertx;
              }
              events.add(method.getName() + (arguments == null ? "" : " " + arguments[0]));
              return null;
            });
  }

  private <T> Future<T> on(Supplier<Future<T>> action) {
    Promise<T> done = Promise.promise();
    context.runOnContext(turn -> action.get().onComplete(done));
    return done.future();
  }

  private void run(Runnable action) {
    on(() -> {
          action.run();
          return Future.<Void>succeededFuture();
        })
        .await();
  }

  @BeforeAll
  static void bePatient() {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // Machines that build are busy.
  }

  @BeforeEach
  void up() {
    run(() -> up(connection));
  }

  private void up(MemoryConnection next) {
    connection = next;
    next.ended().onSuccess(topics::down);
    topics.up(next);
  }

  @AfterEach
  void close() {
    on(topics::close).await();
    vertx.close().await();
  }

  private Future<Void> subscribe(ChannelPattern pattern) {
    return on(() -> topics.subscribe(pattern));
  }

  private Asked asked(int index) {
    await().until(() -> asked.size() > index);
    return asked.get(index);
  }

  private static void fails(Future<?> future, MillraceException.Code code) {
    await().atMost(Duration.ofMinutes(1)).until(future::isComplete);
    assertThat(future.cause())
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void aConnectionThatAnswersNothingEndsBeforeTheSubscriberGivesUp() {
    answers = pattern -> false;
    connection
        .ended()
        .onSuccess(
            stuck -> {
              answers = pattern -> true;
              up(new MemoryConnection());
            });
    subscribe(A).await();

    assertThat(asked)
        .extracting(each -> each.connection == connection)
        .containsExactly(false, true);
    await().until(() -> events.contains("restored"));
    assertThat(events).containsExactly("degraded", "restored");
  }

  @Test
  void aConnectionThatIsOnlySlowIsKeptAndTheSubscriberGivesUp() {
    answers = B::equals;
    Future<Void> slow = subscribe(A);
    subscribe(B).await();

    fails(slow, MillraceException.Code.UNAVAILABLE);
    assertThat(asked(0).leaving).isTrue();
    assertThat(connection.isDown()).isFalse();
    assertThat(events).isEmpty();
  }

  @Test
  void whatWasSubscribedBeforeAndIsNotConfirmedInTimeEndsTheConnection() {
    subscribe(A).await();
    answers = pattern -> false;
    MemoryConnection next = new MemoryConnection();
    run(
        () -> {
          connection.end(new IOException("gone"));
          up(next);
          asked(1).confirmed.fail(BrokerConnection.late());
        });

    assertThat(next.isDown()).isTrue();
  }

  @Test
  void aTrialThatIsRepeatedMakesNoSecondSubscription() {
    answers = pattern -> false;
    Future<Void> taken = subscribe(A);
    asked(0);
    permission =
        (trial, pattern) -> {
          if (pattern.equals(B)) {
            trial.end(new BrokerException("Access denied."));
            return Promise.<Void>promise().future();
          }
          return Future.succeededFuture();
        };
    Future<Void> refused = subscribe(B);
    await().until(() -> tried.stream().filter(A::equals).count() == 2);
    asked(0).confirmed.complete();

    taken.await();
    fails(refused, MillraceException.Code.FORBIDDEN);
    assertThat(asked).hasSize(1);
    assertThat(connection.isDown()).isFalse();
  }

  @Test
  void afterALinkThatBrokeTooEarlyEverythingIsTriedElsewhereFirst() {
    subscribe(A).await();
    answers = pattern -> false;
    run(
        () -> {
          connection.end(new IOException("gone"));
          up(new MemoryConnection());
        });
    assertThat(tried).hasSize(1);
    assertThat(asked).hasSize(2);
    run(
        () -> {
          connection.end(new IOException("gone"));
          answers = pattern -> true;
          up(new MemoryConnection());
        });

    await().until(() -> events.contains("restored"));
    assertThat(tried).hasSize(2);
    assertThat(events).containsExactly("degraded", "interrupted [a]", "restored");
  }

  @Test
  void whatTheServerEndsIsSubscribedAgainAndMayMissMessages() {
    subscribe(A).await();
    run(() -> asked(0).ended.complete());

    await().until(() -> events.contains("interrupted [a]"));
    assertThat(asked).hasSize(2);
    assertThat(connection.isDown()).isFalse();
  }

  @Test
  void leavingSucceedsIfTheConnectionBreaks() {
    subscribe(A).await();
    Future<Void> left = on(() -> topics.unsubscribe(A));
    await().until(() -> asked(0).leaving);
    assertThat(left.isComplete()).isFalse();
    run(() -> connection.end(new IOException("gone")));

    left.await();
  }

  @Test
  void ofASubscriptionThatWasLeftNothingIsBrought() {
    subscribe(A).await();
    TopicReceiver receiver = asked(0).receiver;
    run(
        () -> {
          receiver.bring("here", "a", () -> Message.json(1));
          receiver.bring("here", "b", () -> Message.json(2));
          receiver.skip("here", "It is too large.");
          var unused = topics.unsubscribe(A);
          receiver.bring("here", "a", () -> Message.json(3));
          receiver.skip("here", "It is too large.");
        });

    assertThat(events).containsExactly("append a");
    assertThat(skipped.count()).isEqualTo(1);
  }
}
