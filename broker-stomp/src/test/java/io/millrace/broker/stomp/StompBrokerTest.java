package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.tck.LoopClock;
import io.millrace.tck.NoTransport;
import io.millrace.tck.RecordingIngress;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StompBrokerTest {

  private static final ChannelPattern A = ChannelPattern.of("a");
  private static final ChannelPattern ALL = ChannelPattern.of("**");

  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final FakeBroker fake = new FakeBroker(vertx);
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final List<StompBroker> brokers = new ArrayList<>();

  @AfterEach
  void closeAll() {
    brokers.forEach(broker -> broker.close().await());
    vertx.close().await();
  }

  private StompBroker broker(StompBrokerOptions options) {
    StompBroker broker = new StompBroker(options);
    brokers.add(broker);
    return broker;
  }

  private StompBroker opened(StompBrokerOptions options) {
    StompBroker broker = broker(options);
    broker.open(ingress).await();
    return broker;
  }

  private static void fails(Future<?> future, MillraceException.Code code) {
    await().until(future::isComplete);
    assertThat(future.cause())
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.code()).isEqualTo(code));
  }

  @Test
  void connectSaysWhoAndWhatForAndWhichVersions() {
    opened(
        fake.options()
            .setUsername("a:b\\c")
            .setPassword("비밀")
            .setVirtualHost("/v")
            .setHeartbeat(Duration.ofSeconds(3)));

    assertThat(fake.newest().only("CONNECT").headers())
        .isEqualTo(
            Map.of(
                "accept-version", "1.2,1.1,1.0",
                "host", "/v",
                "login", "a:b\\c",
                "passcode", "비밀",
                "heart-beat", "3000,3000"));
  }

  @Test
  void oneLinkCarriesOneSubscriptionEachAndPublishesWaitForTheirReceipt() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    broker.subscribe(ALL).await();
    FakeBroker.Connection link = fake.first();
    List<StompFrame> subscribes = link.frames("SUBSCRIBE");
    assertThat(subscribes)
        .extracting(frame -> frame.headers().get("destination"))
        .containsExactly("/topic/millrace.a", "/topic/millrace.#");

    fake.behaviour = (connection, frame) -> {};
    Future<Publication> publication =
        broker.publish("a", Message.json("vote", 1).withKey("k").withTime(java.time.Instant.EPOCH));
    await().until(() -> fake.newest().frames("SEND").size() == 1);
    StompFrame send = fake.newest().only("SEND");
    assertThat(send.headers())
        .containsAllEntriesOf(
            Map.of(
                "destination", "/topic/millrace.a",
                "content-type", "application/json",
                "content-length", "1",
                "millrace-event", "vote",
                "millrace-key", "k",
                "millrace-time", "0"));
    assertThat(publication.isComplete()).isFalse();
    FakeBroker.confirm(fake.newest(), send);
    publication.await();

    fake.behaviour = FakeBroker::confirm;
    broker.unsubscribe(A).await();
    assertThat(link.only("UNSUBSCRIBE").headers().get("id"))
        .isEqualTo(subscribes.get(0).headers().get("id"));
    // Requests that may be refused use another link.
    assertThat(fake.connections).hasSize(3);
  }

  @Test
  void messagesAreMatchedByTheirSubscriptionAndPatternsFindTheChannelInTheDestination() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    broker.subscribe(ALL).await();
    List<String> ids =
        fake.first().frames("SUBSCRIBE").stream().map(f -> f.headers().get("id")).toList();
    String name = ids.get(0);
    String pattern = ids.get(1);
    fake.first().send(FakeBroker.message(name, "/whatever/%EA", Map.of()));
    fake.first()
        .send(
            FakeBroker.message(
                pattern, "/topic/millrace.x.y-Z_0", Map.of("millrace-event", "e\\cf")));
    fake.first().send(FakeBroker.message("nobody", "/topic/millrace.a", Map.of()));
    for (String foreign :
        List.of(
            "/topic/millrace.a%2Fb",
            "/topic/millrace.%ED%95%9C",
            "/topic/millrace.",
            "/topic/millrace.a..b",
            "/topic/millrace.*",
            "/topic/other.a",
            "/queue/a",
            "")) {
      fake.first().send(FakeBroker.message(pattern, foreign, Map.of()));
    }
    fake.first()
        .send(FakeBroker.message(pattern, "/topic/millrace.a", Map.of("millrace-event", "open")));
    fake.first().send(FakeBroker.message(pattern, "/topic/millrace.last", Map.of()));

    await().until(() -> ingress.events().contains("** last"));
    assertThat(ingress.events()).containsExactly("a a", "** x.y-Z_0", "** last");
    assertThat(ingress.received().get(1).message().event()).isEqualTo("e:f");
    assertThat(broker.skipped()).isEqualTo(9);
  }

  @Test
  void aMessageThatIsTooLargeIsReadOver() {
    StompBroker broker = opened(fake.options().setMaxMessageBytes(1000));
    broker.subscribe(A).await();
    String id = fake.first().only("SUBSCRIBE").headers().get("id");
    fake.first().send("MESSAGE\nsubscription:" + id + "\n\n" + "x".repeat(1001) + "\0");
    fake.first().send(FakeBroker.message(id, "", Map.of()));

    await().until(() -> ingress.received().size() == 1);
    assertThat(broker.skipped()).isEqualTo(1);
  }

  @Test
  void aTextThatIsTooLargeAsJsonIsReadOver() {
    StompBroker broker = opened(fake.options().setMaxMessageBytes(1000));
    broker.subscribe(A).await();
    String id = fake.first().only("SUBSCRIBE").headers().get("id");
    for (String text : List.of("x".repeat(998), "\u0001".repeat(167), "\u0001".repeat(166))) {
      fake.first().send("MESSAGE\nsubscription:" + id + "\n\n" + text + "\0");
    }

    await().until(() -> ingress.received().size() == 2);
    assertThat(ingress.received())
        .extracting(each -> each.message().length())
        .containsExactly(1000, 998);
    assertThat(broker.skipped()).isEqualTo(1);
  }

  @Test
  void aMessageOfTheLargestSizeIsTakenHoweverTheBrokerWrapsIt() {
    opened(fake.options().setMaxMessageBytes(1000)).subscribe(A).await();
    String id = fake.first().only("SUBSCRIBE").headers().get("id");
    String head = "MESSAGE\nsubscription:" + id + "\ncontent-type:application/octet-stream\n";
    for (int size : new int[] {1000, 1001}) {
      // As AMQP 1.0 data.
      String wrapped = "type:amqp-1.0\ncontent-length:" + (size + 8) + "\n\n\0Su";
      String length = "\0\0" + (char) (size >> 8) + (char) (size & 0xff);
      byte[] around = (head + wrapped).getBytes(StandardCharsets.ISO_8859_1);
      byte[] data =
          ("\u00b0" + length + "x".repeat(size) + "\0").getBytes(StandardCharsets.ISO_8859_1);
      fake.first().send(Buffer.buffer(around).appendBytes(data));
      fake.first().send(head + "\n" + "y".repeat(size) + "\0");
    }
    fake.first().send(FakeBroker.message(id, "", Map.of()));

    await().until(() -> ingress.received().size() == 3);
    assertThat(ingress.received().subList(0, 2))
        .extracting(each -> each.message().data().toString())
        .containsExactly("x".repeat(1000), "y".repeat(1000));
  }

  @Test
  void whatWouldBeSkippedWhenItComesBackIsRefusedToWhoeverPublishes() {
    StompBroker broker = opened(fake.options().setMaxMessageBytes(1000));
    Message large = Message.bytes(Buffer.buffer(new byte[1001]));

    fails(broker.publish("a", large), MillraceException.Code.TOO_LARGE);
    broker.publish("a", Message.bytes(Buffer.buffer(new byte[1000]))).await();
    assertThat(fake.newest().frames("SEND")).hasSize(1);
  }

  /**
   * Whatever the cause, nothing else would answer the publish, and pending publishes are bounded.
   */
  @Test
  void whatComesBackFromTheStreamUnreadableFailsAndIsNotPending() {
    fake.connected = "CONNECTED\nversion:1.2\nserver:RabbitMQ/3.10.8\nheart-beat:0,0\n\n\0";
    FakeStream stream = new FakeStream();
    fake.behaviour =
        (connection, frame) ->
            stream.accept(
                connection,
                frame.body().toString().equals("\"spoilt\"")
                    ? new StompFrame(frame.command(), frame.headers(), Buffer.buffer("{"))
                    : frame);
    StompBroker broker =
        new StompBroker(
            fake.options()
                .setMode(StompMode.STREAM)
                .setMaxPendingBytes(3_000)
                .setConfirmTimeout(Duration.ofMinutes(5)));
    Millrace node =
        Millrace.builder(vertx)
            .broker(broker)
            .transport(new NoTransport())
            .options(new MillraceOptions().setPublishTimeout(Duration.ofMinutes(5)))
            .build();
    await().atMost(Duration.ofMinutes(1)).until(() -> node.ready().succeeded());
    for (int i = 0; i < 10; i++) {
      fails(node.channel("a").publish(Message.json("spoilt")), MillraceException.Code.BAD_REQUEST);
    }
    node.channel("a").publish(Message.json("whole")).await();
    assertThat(broker.skipped()).isEqualTo(10);
    node.close().await();
  }

  @Test
  void aMessageThatTheBrokerBringsTwiceIsAppendedOnce() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    String id = fake.first().only("SUBSCRIBE").headers().get("id");
    for (String messageId : List.of("7", "8", "7", "8", "9", "9", "10")) {
      fake.first().send(FakeBroker.message(id, "", Map.of("message-id", messageId)));
    }
    // For another subscription, the same id is another message.
    broker.subscribe(ChannelPattern.of("b")).await();
    String other = fake.first().frames("SUBSCRIBE").get(1).headers().get("id");
    fake.first().send(FakeBroker.message(other, "", Map.of("message-id", "10")));
    await().until(() -> ingress.received().stream().anyMatch(each -> each.channel().equals("b")));
    assertThat(ingress.received()).hasSize(5);
  }

  @Test
  void whatCouldSmuggleAWildcardOrAPathIsRefused() {
    StompBroker broker = opened(fake.options());
    for (String name : List.of("a/b", "*", "a.#", "**", "a..b", "", "한", "a%2Fb", "a\nb", "a>")) {
      fails(broker.publish(name, Message.json(1)), MillraceException.Code.BAD_REQUEST);
    }
    broker.publish("good", Message.json(1)).await();
    assertThat(fake.newest().frames("SEND")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CONNECTED\n\n\0",
        "CONNECTED\nversion:1.0\nserver:old\n\n\0",
        "CONNECTED\r\nversion:1.1\r\nheart-beat:0,0\r\n\r\n\0\r\n",
      })
  void olderVersionsAreTaken(String connected) {
    fake.connected = connected;
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    broker.publish("a", Message.json("x:y", 1)).await();

    boolean escapes = connected.contains("1.1");
    assertThat(fake.newest().chunks.get(fake.newest().chunks.size() - 1).toString())
        .contains("millrace-event:x" + (escapes ? "\\c" : ":") + "y\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ERROR\nmessage:Bad CONNECT\n\nAccess refused for user guest\n\0",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "CONNECTED\nversion:2.0\n\n\0",
        "CONNECTED\nversion:1.2\nheart-beat:soon\n\n\0",
        "MESSAGE\nsubscription:1\n\n\0NONSENSE\n\n\0",
      })
  void openFailsIfTheBrokerRefusesOrSpeaksSomethingElse(String answer) {
    fake.connected = answer;
    StompBroker broker = broker(fake.options());

    assertThatThrownBy(() -> broker.open(ingress).await())
        .hasMessageContaining(answer.startsWith("ERROR") ? "Access refused" : "");
    await().until(() -> fake.newest().closed);
    assertThat(fake.connections).hasSize(1);
    assertThat(ingress.events()).isEmpty();
  }

  @Test
  void openGoesOnTryingTheHostsInTurnUntilOneIsThere() {
    FakeBroker mute = new FakeBroker(vertx);
    mute.connected = "\n";
    try (FaultProxy proxy = new FaultProxy("localhost", fake.port)) {
      proxy.cut();
      Future<Void> opened =
          broker(
                  new StompBrokerOptions()
                      .setHosts(
                          List.of("localhost:" + mute.port, proxy.host() + ":" + proxy.port()))
                      .setConnectTimeout(Duration.ofMillis(200)))
              .open(ingress);
      await().until(() -> mute.connections.size() >= 2);
      assertThat(opened.isComplete()).isFalse();
      proxy.mend();
      opened.await();
      assertThat(fake.connections).hasSize(1);
    }
    assertThat(mute.connections).allMatch(connection -> connection.frames("CONNECT").size() == 1);
  }

  @Test
  void afterAnOutageItIsSaidWhatMayBeMissingBeforeAnyMessageComesAndRestoredAtLast() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    broker.subscribe(ALL).await();
    FakeBroker.Connection first = fake.first();
    // On the next link, a message arrives before the receipts.
    fake.behaviour =
        (connection, frame) -> {
          if (frame.command().equals("SUBSCRIBE")) {
            String id = frame.headers().get("id");
            if (frame.headers().get("destination").endsWith(".a")) {
              connection.sendLater(FakeBroker.message(id, "/topic/millrace.a", Map.of()));
              connection.sendLater(FakeBroker.message(id, "/topic/millrace.a", Map.of()));
            } else {
              FakeBroker.confirm(connection, connection.frames("SUBSCRIBE").get(0));
              FakeBroker.confirm(connection, frame);
            }
          }
        };
    first.close();

    await().until(() -> ingress.events().contains("restored"));
    assertThat(ingress.events())
        .containsExactly(
            "degraded", "interrupted [a]", "a a", "a a", "interrupted [**]", "restored");
    assertThat(fake.newest().frames("SUBSCRIBE"))
        .extracting(frame -> frame.headers().get("destination"))
        .containsExactly("/topic/millrace.a", "/topic/millrace.#");
  }

  private static List<ChannelPattern> subscribeToMany(StompBroker broker) {
    List<ChannelPattern> many =
        IntStream.range(0, 400).mapToObj(i -> ChannelPattern.of("a." + i)).toList();
    Future.all(many.stream().map(broker::subscribe).toList()).await();
    return many;
  }

  /** From now on, an answer of the broker waits until the test gives it. */
  private Queue<Runnable> holdAnswers() {
    Queue<Runnable> answers = new ConcurrentLinkedQueue<>();
    fake.behaviour =
        (connection, frame) -> answers.add(() -> FakeBroker.confirm(connection, frame));
    return answers;
  }

  @Test
  void afterAnOutageABrokerMayTakeLongerForAllSubscriptionsThanForOne() {
    StompBroker broker = opened(fake.options().setConfirmTimeout(Duration.ofSeconds(2)));
    List<ChannelPattern> many = subscribeToMany(broker);
    Queue<Runnable> answers = holdAnswers();
    vertx.setPeriodic(10, tick -> Optional.ofNullable(answers.poll()).ifPresent(Runnable::run));
    int before = fake.connections.size();
    fake.first().close();

    await().until(() -> ingress.events().contains("restored"));
    assertThat(fake.connections).hasSize(before + 1);
    assertThat(fake.newest().frames("SUBSCRIBE")).hasSize(many.size());
    assertThat(ingress.events()).filteredOn("degraded"::equals).hasSize(1);
  }

  @Test
  void whoLeavesWhileOthersAreSubscribedAgainIsNotSubscribed() {
    StompBroker broker = opened(fake.options());
    List<ChannelPattern> many = subscribeToMany(broker);
    Queue<Runnable> answers = holdAnswers();
    int before = fake.connections.size();
    fake.first().close();
    await().until(() -> fake.connections.size() > before);
    await().until(() -> !fake.newest().frames("SUBSCRIBE").isEmpty());
    FakeBroker.Connection link = fake.newest();

    broker.unsubscribe(many.get(399)).await();
    fake.behaviour = FakeBroker::confirm;
    await().until(() -> !answers.isEmpty());
    vertx.runOnContext(turn -> answers.forEach(Runnable::run));

    await().until(() -> ingress.events().contains("restored"));
    assertThat(link.frames("SUBSCRIBE")).hasSize(399);
    assertThat(link.frames("UNSUBSCRIBE")).isEmpty();
    assertThat(link.closed).isFalse();
  }

  @Test
  void duringAnOutagePublishingFailsAtOnceAndSubscribingWaits() {
    try (FaultProxy proxy = new FaultProxy("localhost", fake.port)) {
      StompBroker broker =
          opened(new StompBrokerOptions().setHosts(List.of(proxy.host() + ":" + proxy.port())));
      fake.behaviour = (connection, frame) -> {};
      Future<Publication> unconfirmed = broker.publish("a", Message.json(1));
      await().until(() -> fake.connections.size() == 2 && fake.newest().frames("SEND").size() == 1);
      proxy.cut();
      fails(unconfirmed, MillraceException.Code.TIMEOUT);
      await().until(() -> ingress.events().contains("degraded"));

      Future<Publication> refused = broker.publish("a", Message.json(2));
      fails(refused, MillraceException.Code.UNAVAILABLE);
      assertThat(((MillraceException) refused.cause()).retryable()).isTrue();
      Future<Void> subscribed = broker.subscribe(A);
      fake.behaviour = FakeBroker::confirm;
      proxy.mend();
      subscribed.await();
      await().until(() -> ingress.events().contains("restored"));
      assertThat(ingress.events()).containsExactly("degraded", "restored");
      broker.publish("a", Message.json(3)).await();
    }
  }

  @Test
  void aSubscriptionThatIsNeverConfirmedFailsAndIsForgotten() {
    fake.behaviour = (connection, frame) -> {};
    StompBroker broker = opened(fake.options().setConfirmTimeout(Duration.ofMillis(200)));

    fails(broker.subscribe(A), MillraceException.Code.UNAVAILABLE);
    fails(broker.publish("a", Message.json(1)), MillraceException.Code.TIMEOUT);
    fake.first().close();
    fake.behaviour = FakeBroker::confirm;
    await().until(() -> ingress.events().contains("restored"));
    assertThat(fake.newest().frames("SUBSCRIBE")).isEmpty();
  }

  @Test
  void aSubscriptionThatTheBrokerRefusesIsNotTriedAgainAndOthersStay() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    fake.behaviour =
        (connection, frame) -> {
          if (frame.header("destination").orElse("").endsWith("#")) {
            connection.sendLater("ERROR\nmessage:no permission\n\n\0");
          } else {
            FakeBroker.confirm(connection, frame);
          }
        };

    fails(broker.subscribe(ALL), MillraceException.Code.FORBIDDEN);
    int asked = fake.connections.size();
    fails(broker.subscribe(ALL), MillraceException.Code.FORBIDDEN);
    assertThat(fake.connections).hasSize(asked);
    assertThat(fake.first().closed).isFalse();
    assertThat(ingress.events()).isEmpty();
  }

  @Test
  void whatTheBrokerRefusesByNameAfterAnOutageKeepsNothingElseAway() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    broker.subscribe(ALL).await();
    fake.behaviour =
        (connection, frame) -> {
          if (frame.header("destination").orElse("").endsWith("#")) {
            connection.sendLater(
                "ERROR\nmessage:denied\nreceipt-id:" + frame.headers().get("receipt") + "\n\n\0");
          } else {
            FakeBroker.confirm(connection, frame);
          }
        };
    fake.first().close();

    await().until(() -> ingress.events().contains("restored"));
    assertThat(ingress.events()).containsExactly("degraded", "interrupted [a, **]", "restored");
  }

  @Test
  void aTrialThatTheBrokerRefusesToEndRefusesNobody() {
    StompBroker broker = opened(fake.options());
    fake.behaviour =
        (connection, frame) -> {
          if (connection != fake.first() && frame.command().equals("UNSUBSCRIBE")) {
            connection.sendLater("ERROR\nmessage:Error unsubscribing\n\n\0");
            connection.socketEnds();
          } else {
            FakeBroker.confirm(connection, frame);
          }
        };

    broker.subscribe(ALL).await();
    broker.subscribe(A).await();

    assertThat(fake.first().frames("SUBSCRIBE")).hasSize(2);
    assertThat(fake.first().closed).isFalse();
    assertThat(ingress.events()).isEmpty();
    await().until(() -> fake.connections.stream().skip(1).allMatch(trial -> trial.closed));
  }

  @Test
  void aPublishThatTheBrokerRefusesByNameFailsForGood() {
    fake.behaviour =
        (connection, frame) ->
            connection.sendLater(
                "ERROR\nmessage:denied\nreceipt-id:" + frame.headers().get("receipt") + "\n\n\0");
    StompBroker broker = opened(fake.options());

    fails(broker.publish("a", Message.json(1)), MillraceException.Code.FORBIDDEN);
    fails(broker.publish("a", Message.json(1)), MillraceException.Code.FORBIDDEN);
    assertThat(fake.connections).hasSize(2);
    fake.behaviour = FakeBroker::confirm;
    broker.publish("b", Message.json(1)).await();
    assertThat(ingress.events()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECTION_FORCED - shutdown", "Server shutting down", "what now"})
  void whetherABrokerThatEndsTheConnectionTookAPublishIsNotKnown(String words) {
    StompBroker broker = opened(fake.options());
    fake.behaviour =
        (connection, frame) -> {
          connection.sendLater("ERROR\nmessage:" + words + "\n\n\0");
          connection.socketEnds();
        };

    fails(broker.publish("a", Message.json(1)), MillraceException.Code.TIMEOUT);
  }

  /** A broker that shuts down names whatever it has just read. */
  @Test
  void whatABrokerNamesThatShutsDownMayHaveBeenTaken() {
    StompBroker broker = opened(fake.options());
    fake.behaviour =
        (connection, frame) ->
            connection.sendLater(
                "ERROR\nmessage:shutdown\nreceipt-id:" + frame.headers().get("receipt") + "\n\n\0");

    fails(broker.publish("a", Message.json(1)), MillraceException.Code.TIMEOUT);
  }

  @Test
  void aMessageThatIsTooLargeForTheBrokerKeepsNoOtherFromItsChannel() {
    StompBroker broker = opened(fake.options());
    fake.behaviour =
        (connection, frame) -> {
          if (frame.body().length() > 1000) {
            connection.sendLater(
                "ERROR\nmessage:precondition_failed\n\nmessage size 1001 is larger than configured max size 1000\0");
          } else {
            FakeBroker.confirm(connection, frame);
          }
        };

    fails(
        broker.publish("a", Message.bytes(Buffer.buffer(new byte[1001]))),
        MillraceException.Code.TOO_LARGE);
    broker.publish("a", Message.json(1)).await();
  }

  @Test
  void aBrokerThatBreaksTheLinkOverASubscriptionMayTakeItLater() {
    StompBroker broker = opened(fake.options());
    fake.behaviour =
        (connection, frame) -> {
          if (frame.command().equals("SUBSCRIBE")) {
            connection.socketEnds();
          } else {
            FakeBroker.confirm(connection, frame);
          }
        };

    fails(broker.subscribe(A), MillraceException.Code.UNAVAILABLE);
    fake.behaviour = FakeBroker::confirm;
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                broker
                    .subscribe(A)
                    .transform(over -> Future.succeededFuture(over.succeeded()))
                    .await());
  }

  @Test
  void aSilentBrokerIsNoticedWithinTwiceTheHeartBeatAndAPublishFailsMeanwhile() {
    int beat = 400;
    fake.connected = "CONNECTED\nversion:1.2\nheart-beat:" + beat + ",0\n\n\0";
    long start = System.nanoTime();
    StompBroker broker =
        opened(
            fake.options()
                .setHeartbeat(Duration.ofMillis(100))
                .setConfirmTimeout(Duration.ofMillis(250)));
    LoopClock clock = new LoopClock(vertx);
    fake.behaviour = (connection, frame) -> {};
    Future<Publication> lost = broker.publish("a", Message.json(1));
    Future<List<String>> eventsThen =
        lost.transform(over -> Future.succeededFuture(List.copyOf(ingress.events())));
    fails(lost, MillraceException.Code.TIMEOUT);
    assertThat(eventsThen.await()).isEmpty();
    await().pollInterval(Duration.ofMillis(5)).until(() -> ingress.events().contains("degraded"));
    assertThat(clock.elapsed()).isLessThan(Duration.ofMillis(beat * 5L / 2));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThan(Duration.ofMillis(beat * 3L / 2));
    await().until(() -> ingress.events().contains("restored"));
  }

  @Test
  void aBrokerThatBeatsIsNotGivenUpAndHearsABeatInTime() {
    int beat = 300;
    fake.connected = "CONNECTED\nversion:1.2\nheart-beat:100," + beat + "\n\n\0";
    opened(fake.options().setHeartbeat(Duration.ofMillis(100)));
    FakeBroker.Connection link = fake.newest();
    vertx.setPeriodic(50, tick -> link.sendLater("\n"));
    LoopClock clock = new LoopClock(vertx);
    List<Duration> heard = new CopyOnWriteArrayList<>();
    vertx.setPeriodic(
        1,
        tick -> {
          if (link.chunks.size() > heard.size() + 1) {
            heard.add(clock.elapsed());
          }
        });
    await().until(() -> heard.size() > 8);

    assertThat(List.copyOf(link.chunks).stream().skip(1)).containsOnly(Buffer.buffer("\n"));
    for (int i = 1; i < heard.size(); i++) {
      assertThat(heard.get(i).minus(heard.get(i - 1))).isLessThan(Duration.ofMillis(beat));
    }
    assertThat(ingress.events()).isEmpty();
  }

  @Test
  void moreThanMayBePendingIsRefusedAtOnce() {
    fake.behaviour = (connection, frame) -> {};
    StompBroker broker = opened(fake.options().setMaxPendingBytes(100_000));
    Message large = Message.bytes(Buffer.buffer(new byte[60_000]));
    Future<Publication> first = broker.publish("a", large);

    fails(broker.publish("a", large), MillraceException.Code.UNAVAILABLE);
    await().until(() -> fake.newest().frames("SEND").size() == 1);
    fake.behaviour = FakeBroker::confirm;
    FakeBroker.confirm(fake.newest(), fake.newest().only("SEND"));
    first.await();
    broker.publish("a", large).await();
  }

  @Test
  void rabbitMqIsToldAPrefetchCountAndItsMessagesAreAcknowledged() {
    fake.connected = "CONNECTED\nversion:1.2\nserver:RabbitMQ/3.10.8\nheart-beat:0,0\n\n\0";
    StompBroker broker = opened(fake.options().setPrefetch(7));
    broker.subscribe(A).await();
    StompFrame subscribe = fake.first().only("SUBSCRIBE");
    assertThat(subscribe.headers())
        .containsEntry("ack", "client-individual")
        .containsEntry("prefetch-count", "7");
    StompFrame tried = fake.newest().only("SUBSCRIBE");
    assertThat(tried.headers()).containsEntry("destination", "/topic/millrace.a");
    assertThat(subscribe.headers())
        .containsEntry("destination", "/topic/millrace.a")
        .containsEntry("x-queue-name", tried.headers().get("x-queue-name"));
    String id = subscribe.headers().get("id");
    fake.first().send(FakeBroker.message(id, "/topic/millrace.a", Map.of("ack", "T\\c1")));
    fake.first().send(FakeBroker.message("gone", "/topic/millrace.a", Map.of("ack", "T_2")));

    await().until(() -> fake.first().frames("ACK").size() == 1);
    broker.publish("a", Message.json(1)).await();
    assertThat(fake.first().only("ACK").headers()).isEqualTo(Map.of("id", "T:1"));
  }

  @Test
  void artemisIsToldTheRoutingTypeAndActiveMqItsOwnWildcard() {
    fake.connected = "CONNECTED\nversion:1.2\nserver:ActiveMQ-Artemis/2.55.0 ActiveMQ\n\n\0";
    StompBroker artemis = opened(fake.options());
    artemis.subscribe(ALL).await();
    artemis.publish("a", Message.json(1)).await();
    assertThat(fake.first().only("SUBSCRIBE").headers())
        .containsEntry("destination", "millrace.#")
        .containsEntry("subscription-type", "MULTICAST");
    assertThat(fake.newest().only("SEND").headers())
        .containsEntry("destination", "millrace.a")
        .containsEntry("destination-type", "MULTICAST");

    fake.connected = "CONNECTED\nversion:1.2\nserver:ActiveMQ/5.18.3\n\n\0";
    StompBroker classic = opened(fake.options().setPrefix(""));
    classic.subscribe(ChannelPattern.of("a.*.**")).await();
    assertThat(fake.newest().only("SUBSCRIBE").headers())
        .containsEntry("destination", "/topic/a.*.>")
        .doesNotContainKeys("ack", "prefetch-count");
  }

  @Test
  void closingSaysDisconnectAndFailsWhatComesLater() {
    StompBroker broker = opened(fake.options());
    broker.subscribe(A).await();
    FakeBroker.Connection link = fake.newest();
    String id = link.only("SUBSCRIBE").headers().get("id");
    fake.behaviour =
        (connection, frame) -> {
          connection.sendLater(FakeBroker.message(id, "/topic/millrace.a", Map.of()));
          FakeBroker.confirm(connection, frame);
        };
    broker.close().await();

    await().until(() -> link.closed);
    assertThat(link.frames("DISCONNECT")).hasSize(1);
    assertThat(ingress.events()).isEmpty();
    fails(broker.publish("a", Message.json(1)), MillraceException.Code.UNAVAILABLE);
    fails(broker.subscribe(A), MillraceException.Code.UNAVAILABLE);
    broker.close().await();
  }

  @Test
  void whatIsNotOpenTakesNothing() {
    StompBroker broker = broker(fake.options());
    fails(broker.publish("a", Message.json(1)), MillraceException.Code.UNAVAILABLE);
    fails(broker.subscribe(A), MillraceException.Code.UNAVAILABLE);
    broker.close().await();
    assertThat(fake.connections).isEmpty();
  }

  @Test
  void aConfigurationMakesAnotherBrokerOfTheSameName() {
    StompBroker broker = new StompBroker();
    assertThat(broker.configured(new JsonObject())).isSameAs(broker);
    StompBroker configured =
        broker.configured(
            new JsonObject().put("hosts", new JsonArray().add("localhost:" + fake.port)));
    brokers.add(configured);
    configured.open(ingress).await();
    assertThat(configured.name()).isEqualTo("stomp");
    assertThatThrownBy(() -> broker.configured(new JsonObject().put("port", 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port");
  }
}
