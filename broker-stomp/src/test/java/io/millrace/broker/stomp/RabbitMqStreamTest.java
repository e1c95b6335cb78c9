package io.millrace.broker.stomp;

import static io.millrace.tck.Patience.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.Subscriber;
import io.millrace.tck.LoopClock;
import io.millrace.tck.NoTransport;
import io.millrace.tck.RabbitMq;
import io.millrace.tck.RecordingIngress;
import io.millrace.testkit.FaultProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that share a stream of RabbitMQ, and what can happen to them. */
class RabbitMqStreamTest {

  @RegisterExtension static final RabbitMq RABBIT = new RabbitMq();

  private static final Duration LONG = Duration.ofMinutes(3);

  private final String stream = "stream-" + UUID.randomUUID();
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final NetClient client = vertx.createNetClient();
  private final Management management = new Management(RABBIT);
  private final List<Millrace> nodes = new ArrayList<>();

  @AfterEach
  void close() {
    nodes.forEach(node -> node.close().await());
    vertx.close().await();
  }

  private StompBrokerOptions options() {
    return new StompBrokerOptions()
        .setHosts(List.of(RABBIT.host() + ":" + RABBIT.stompPort()))
        .setUsername(RABBIT.username())
        .setPassword(RABBIT.password())
        .setVirtualHost("/")
        .setMode(StompMode.STREAM)
        .setStream(stream)
        .setPrefix(stream + ".");
  }

  private Millrace starting(StompBrokerOptions options) {
    return starting(new StompBroker(options));
  }

  private Millrace starting(StompBroker broker) {
    Millrace node =
        Millrace.builder(vertx)
            .broker(broker)
            .transport(new NoTransport())
            .options(new MillraceOptions().setPublishTimeout(Duration.ofSeconds(5)))
            .build();
    nodes.add(node);
    return node;
  }

  private Millrace node(StompBrokerOptions options) {
    Millrace node = starting(options);
    await().atMost(LONG).until(() -> node.ready().isComplete());
    node.ready().await();
    return node;
  }

  private Millrace node() {
    return node(options());
  }

  /** Records what it receives, including gap notices. */
  private static final class Follower implements Subscriber {
    final List<String> seen = new CopyOnWriteArrayList<>();
    final List<Cursor> cursors = new CopyOnWriteArrayList<>();
    final List<Instant> times = new CopyOnWriteArrayList<>();

    @Override
    public void onMessage(Entry entry) {
      cursors.add(entry.cursor());
      times.add(entry.message().time().orElseThrow());
      seen.add(entry.message().data().toString());
    }

    @Override
    public void onGap(Gap gap) {
      seen.add("gap " + gap.reason());
    }

    @Override
    public void onEnd() {
      seen.add("end");
    }
  }

  private static Follower follow(Millrace node, String channel) {
    Follower follower = new Follower();
    node.channel(channel).subscribe(follower).await();
    return follower;
  }

  private static Follower follow(Millrace node, String channel, Cursor after) {
    Follower follower = new Follower();
    node.subscribe(ChannelPattern.of(channel), after, follower).await();
    return follower;
  }

  /** For conditions that are waited for again and again. */
  private static ConditionFactory soon() {
    return await().atMost(LONG).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  private static List<String> numbers(int from, int to) {
    return IntStream.range(from, to).mapToObj(String::valueOf).toList();
  }

  private static void publish(Millrace node, int from, int to) {
    List<Future<Publication>> publications = new ArrayList<>();
    for (int i = from; i < to; i++) {
      publications.add(node.channel("a").publish(Message.json(i)));
    }
    Future.all(publications).await();
  }

  private static void sees(Follower follower, List<String> expected) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(follower.seen).hasSizeGreaterThanOrEqualTo(expected.size()));
    assertThat(follower.seen).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 3_600_000})
  void whereAClientLeftOffItGoesOnAfterAllNodesWereRestarted(long tailMillis) {
    StompBrokerOptions options = options().setStreamTail(Duration.ofMillis(tailMillis));
    Millrace before = node(options);
    Follower first = follow(before, "a");
    publish(before, 0, 50);
    sees(first, numbers(0, 50));
    before.close().await();

    Millrace after = node(options);
    Follower second = follow(after, "a", first.cursors.get(19));
    sees(second, numbers(20, 50));
    publish(after, 50, 60);
    sees(second, numbers(20, 60));
    assertThat(second.cursors.subList(0, 30)).isEqualTo(first.cursors.subList(20, 50));
  }

  @Test
  void aCursorOfOneNodeIsGoodOnAnotherAtOnce() {
    Millrace one = node();
    Millrace other = node();
    Follower stays = follow(one, "a");
    for (int i = 0; i < 20; i++) {
      int next = 2 * i;
      publish(one, next, next + 1);
      soon().until(() -> stays.seen.size() == next + 1);
      Follower moves = follow(other, "a", stays.cursors.get(next));
      publish(other, next + 1, next + 2);
      soon().until(() -> moves.seen.equals(numbers(next + 1, next + 2)));
      soon().until(() -> stays.seen.size() == next + 2);
    }
    assertThat(stays.seen).isEqualTo(numbers(0, 40));
  }

  /** Publishes with a key on one node after the other until one confirms. */
  private void publishSurely(int number) {
    Message message = Message.json(number).withKey("key-" + number);
    for (int attempt = 0; ; attempt++) {
      Future<Publication> publication =
          nodes.get((number + attempt) % nodes.size()).channel("a").publish(message);
      soon().until(publication::isComplete);
      if (publication.succeeded()) {
        return;
      }
      assertThat(publication.cause())
          .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isTrue());
      await().pollDelay(Duration.ofMillis(20)).until(() -> true);
    }
  }

  private static void goesOn(Follower follower, int more) {
    int before = follower.seen.size();
    soon().until(() -> follower.seen.size() >= before + more);
  }

  @Test
  void killingRabbitMqUnderLoadLosesAndDoublesNothing() throws InterruptedException {
    List<Follower> followers = List.of(follow(node(), "a"), follow(node(), "a"));
    AtomicInteger published = new AtomicInteger();
    AtomicBoolean enough = new AtomicBoolean();
    Thread publisher =
        new Thread(
            () -> {
              while (!enough.get()) {
                publishSurely(published.getAndIncrement());
              }
            });
    publisher.start();
    for (int kill = 0; kill < 2; kill++) {
      goesOn(followers.get(0), 200);
      RABBIT.kill();
      RABBIT.start();
    }
    goesOn(followers.get(0), 200);
    enough.set(true);
    publisher.join(LONG.toMillis());
    assertThat(publisher.isAlive()).isFalse();
    followers.forEach(follower -> sees(follower, numbers(0, published.get())));
  }

  @Test
  void aPublishThatIsRepeatedOnAnotherNodeAppearsOnceAndHasTheSameName() {
    Millrace one = node();
    Millrace other = node();
    Follower follower = follow(one, "a");
    Message message = Message.json(1).withKey("k");
    Publication first = one.channel("a").publish(message).await();
    Publication again = other.channel("a").publish(message).await();
    publish(one, 2, 3);
    sees(follower, List.of("1", "2"));
    assertThat(again.name()).isEqualTo(first.name()).isPresent();
    Future<Publication> conflict = other.channel("a").publish(Message.json(3).withKey("k"));
    await().until(conflict::isComplete);
    assertThat(conflict.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.CONFLICT));
  }

  @Test
  void timesOfForeignRecordsMakeNoNodeForgetItsKeysAndAreNoneThatCannotBe() {
    Millrace one = node();
    Millrace other = node();
    Follower follower = follow(one, "a");
    Message message = Message.json("keyed").withKey("k");
    Publication first = one.channel("a").publish(message).await();
    long now = System.currentTimeMillis();
    for (long timestamp : new long[] {now, now / 1000, 0, 1_000_000_000_000_000L}) {
      JsonObject properties =
          new JsonObject()
              .put("timestamp", timestamp)
              .put("headers", new JsonObject().put("millrace-key", "f" + timestamp));
      management.publish(stream + ".a", ("" + timestamp).getBytes(UTF_8), properties);
    }
    // In microseconds, in nanoseconds, and the last possible time.
    for (String time : new String[] {now + "000", now + "000000", "8640000000000000"}) {
      JsonObject far = new JsonObject().put("millrace-key", time).put("millrace-time", time);
      management.publish(stream + ".a", "1".getBytes(UTF_8), new JsonObject().put("headers", far));
    }
    soon().until(() -> follower.seen.size() == 8);
    assertThat(other.channel("a").publish(message).await().name()).isEqualTo(first.name());
    publish(one, 2, 3);
    soon().until(() -> follower.seen.contains("2"));
    assertThat(follower.seen).hasSize(9).filteredOn("\"keyed\""::equals).hasSize(1);
    assertThat(follower.times.subList(1, 8))
        .allSatisfy(
            time ->
                assertThat(time)
                    .isCloseTo(Instant.ofEpochMilli(now), within(30, ChronoUnit.MINUTES)));
  }

  @Test
  void whatIsLargerThanIsReadBackIsRefusedAndLeavesNothingPending() {
    Millrace node = node(options().setMaxMessageBytes(1_000).setMaxPendingBytes(4_000));
    Message large = Message.bytes(Buffer.buffer(new byte[1_001]));
    for (int i = 0; i < 10; i++) {
      assertThatThrownBy(() -> node.channel("a").publish(large).await())
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
    }
    Follower follower = follow(node, "a");
    node.channel("a").publish(Message.bytes(Buffer.buffer(new byte[1_000]))).await();
    soon().until(() -> follower.seen.size() == 1);
  }

  @Test
  void aStreamThatIsDeletedIsAnotherAfterwardsForAllNodes() {
    Millrace one = node();
    Millrace other = node();
    List<Follower> followers = List.of(follow(one, "a"), follow(other, "a"));
    publish(one, 0, 10);
    followers.forEach(follower -> sees(follower, numbers(0, 10)));
    Cursor old = followers.get(0).cursors.get(4);
    management.deleteQueue(stream);

    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              one.channel("a").publish(Message.json("one")).await();
              other.channel("a").publish(Message.json("other")).await();
            });
    Follower late = follow(one, "a");
    Follower later = follow(other, "a");
    one.channel("a").publish(Message.json("last")).await();
    for (Follower follower : List.of(late, later)) {
      await().until(() -> follower.seen.contains("\"last\""));
    }
    Cursor last = late.cursors.get(late.cursors.size() - 1);
    assertThat(later.cursors.get(later.cursors.size() - 1)).isEqualTo(last);
    assertThat(last.epoch()).isNotEqualTo(old.epoch());
    for (Follower follower : followers) {
      assertThat(follower.seen.subList(0, 11))
          .isEqualTo(IntStream.range(0, 11).mapToObj(i -> i < 10 ? "" + i : "gap epoch").toList());
    }
    for (Millrace node : List.of(one, other)) {
      Follower returning = follow(node, "a", old);
      await().until(() -> !returning.seen.isEmpty());
      assertThat(returning.seen.get(0)).isEqualTo("gap epoch");
    }
  }

  @Test
  void anotherRetentionFailsTheStartAndBothValuesAreNamed() {
    node(options().setStreamBytes(1_000_000_000));
    Millrace wrong = starting(options().setStreamBytes(2_000_000_000));
    await().atMost(LONG).until(() -> wrong.ready().isComplete());
    assertThat(wrong.ready().cause())
        .hasMessageContaining("1000000000")
        .hasMessageContaining("2000000000");
  }

  @Test
  void whatTheStreamHasDroppedIsToldAsAGap() {
    management.putPolicy(
        stream,
        "^" + stream + "$",
        new JsonObject()
            .put("max-length-bytes", 3_000_000)
            .put("stream-max-segment-size-bytes", 1_000_000));
    StompBrokerOptions options =
        options().setStreamTail(Duration.ZERO).setMarkerInterval(Duration.ofMillis(100));
    Millrace before = node(options);
    Follower first = follow(before, "a");
    publish(before, 0, 5);
    sees(first, numbers(0, 5));
    Message large = Message.bytes(Buffer.buffer(new byte[100_000]));
    for (int i = 0; i < 100; i++) {
      before.channel("b").publish(large).await();
    }
    publish(before, 5, 7);
    // A marker must be among the remaining records.
    await().pollDelay(Duration.ofMillis(300)).until(() -> first.seen.contains("6"));
    before.close().await();

    Millrace after = node(options);
    Follower second = follow(after, "a", first.cursors.get(1));
    await().atMost(LONG).until(() -> !second.seen.isEmpty());
    publish(after, 7, 8);
    sees(second, List.of("gap expired", "5", "6", "7"));
  }

  @Test
  void whatOtherProgramsPublishArrivesUnchangedOnEveryNodeAtOnePlace() {
    byte[] binary = {0, (byte) 0xff, '\n', 0, '\r'};
    List<Follower> followers = List.of(follow(node(), "a"), follow(node(), "a"));
    JsonObject none = new JsonObject();
    String key = stream + ".a";
    management.publish(key, "{\"사람\": [1.0, \"한\"]}".getBytes(UTF_8), none);
    management.publish(key, "안녕하세요, \"여러분\"\n".getBytes(UTF_8), none);
    management.publish(key, binary, none);
    management.publish(key, new byte[0], none);
    management.publish(stream + ".한글", new byte[0], none);
    management.publish(stream + ".$marker", new byte[0], none);
    management.publish(
        key, "1".getBytes(UTF_8), new JsonObject().put("content_type", "text/a;charset=none"));
    NetSocket socket = client.connect(RABBIT.stompPort(), RABBIT.host()).await();
    socket.handler(answer -> {});
    socket.write(
        "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\0"
            .formatted(RABBIT.username(), RABBIT.password()));
    socket.write("SEND\ndestination:/topic/" + key + "\nx-stream-offset:0\nna\\cme:v\\r\\n\n\n한\0");

    List<String> expected =
        List.of(
            "{\"사람\":[1.0,\"한\"]}",
            "\"안녕하세요, \\\"여러분\\\"\\n\"",
            Buffer.buffer(binary).toString(),
            "\"\"",
            "\"한\"");
    followers.forEach(follower -> sees(follower, expected));
    assertThat(followers.get(0).cursors).isEqualTo(followers.get(1).cursors);
  }

  @Test
  void aBrokerThatGoesSilentIsNoticedAndNothingIsLost() {
    try (FaultProxy proxy = new FaultProxy(RABBIT.host(), RABBIT.stompPort())) {
      Duration beat = Duration.ofMillis(1500);
      Millrace far =
          node(
              options()
                  .setHosts(List.of(proxy.host() + ":" + proxy.port()))
                  .setHeartbeat(beat)
                  .setConfirmTimeout(Duration.ofSeconds(1)));
      Millrace near = node();
      Follower follower = follow(far, "a");
      publish(near, 0, 5);
      sees(follower, numbers(0, 5));
      proxy.silence();
      LoopClock clock = new LoopClock(vertx);
      Future<Publication> lost = far.channel("a").publish(Message.json("lost"));
      await().until(lost::isComplete);
      Duration silence = clock.elapsed();
      assertThat(silence).isLessThan(Duration.ofSeconds(2));
      assertThat(((MillraceException) lost.cause()).retryable()).isTrue();
      // It fails at once after the silence has been noticed.
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                long before = System.nanoTime();
                Future<Publication> refused = far.channel("a").publish(Message.json("lost"));
                await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(1))
                    .until(refused::isComplete);
                return System.nanoTime() - before < TimeUnit.MILLISECONDS.toNanos(100);
              });
      assertThat(clock.elapsed().minus(silence)).isLessThan(beat.multipliedBy(2));
      publish(near, 5, 10);
      proxy.mend();
      await().atMost(LONG).until(() -> follower.seen.containsAll(numbers(0, 10)));
      assertThat(follower.seen.stream().filter(text -> !text.equals("\"lost\"")))
          .isEqualTo(numbers(0, 10));
    }
  }

  /** It has published nothing of which it must be warned. */
  @Test
  void aReaderThatWaitsForTheEndOfTheStreamMayTryAgainWhenTheConnectionBreaks() {
    try (FaultProxy proxy = new FaultProxy(RABBIT.host(), RABBIT.stompPort())) {
      StompBroker broker =
          new StompBroker(options().setHosts(List.of(proxy.host() + ":" + proxy.port())));
      Millrace node = starting(broker);
      await().atMost(LONG).until(() -> node.ready().succeeded());
      proxy.silence();
      Future<Void> caughtUp = broker.log().orElseThrow().catchUp();
      proxy.cut();
      await().until(caughtUp::isComplete);
      assertThat(caughtUp.cause())
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
    }
  }

  @Test
  void aStreamThatOthersFilledBeforeTheFirstNodeStartsIsTaken() {
    int many = 100_000;
    management.createStream(stream, stream + ".");
    NetSocket socket = client.connect(RABBIT.stompPort(), RABBIT.host()).await();
    List<StompFrame> answers = new CopyOnWriteArrayList<>();
    socket.handler(new StompDecoder(1000, answers::add));
    Buffer all =
        Buffer.buffer(
            "CONNECT\naccept-version:1.2\nhost:/\nlogin:%s\npasscode:%s\n\n\0"
                .formatted(RABBIT.username(), RABBIT.password()));
    for (int i = 0; i < many; i++) {
      all.appendString("SEND\ndestination:/topic/" + stream + ".a\n");
      all.appendString(i == many - 1 ? "receipt:all\n" : "").appendString("\n" + i + "\0");
    }
    socket.write(all);
    await().atMost(LONG).until(() -> answers.size() == 2);
    socket.close().await();

    Millrace one = node();
    Millrace other = node();
    List<Follower> followers = List.of(follow(one, "a"), follow(other, "a"));
    one.channel("a").publish(Message.json("new")).await();
    followers.forEach(follower -> sees(follower, List.of("\"new\"")));
    assertThat(followers.get(0).cursors).isEqualTo(followers.get(1).cursors);
    Cursor epoch = followers.get(0).cursors.get(0);
    Follower tail = follow(one, "a", new Cursor(epoch.epoch(), many - 10_000));
    await().atMost(LONG).until(() -> tail.seen.contains("\"new\""));
    assertThat(tail.seen.subList(0, 10_000)).isEqualTo(numbers(many - 10_000, many));
  }

  @Test
  void aBrokerWithoutStreamsFailsTheStart() {
    FakeBroker fake = new FakeBroker(vertx);
    fake.connected = "CONNECTED\nversion:1.2\nserver:ActiveMQ/5.18.3\n\n\0";
    StompBroker broker = new StompBroker(fake.options().setMode(StompMode.STREAM));
    assertThatThrownBy(() -> broker.open(new RecordingIngress(vertx)).await())
        .hasMessageContaining("RabbitMQ");
  }

  /** Messages that break the rules of STOMP, or come close. */
  private List<JsonObject> foreign() {
    JsonObject many = new JsonObject();
    for (int i = 0; i < 3000; i++) {
      many.put("h" + i, "x".repeat(200));
    }
    return List.of(
        many,
        new JsonObject().put("", "no name"),
        new JsonObject().put("content-length", "3").put("x-stream-offset", 0),
        new JsonObject().put("destination", "a").put("subscription", "b").put("ack", "c"),
        new JsonObject().put("\n\n\u0001:", "\r\n\\t:"));
  }

  @Test
  void aForeignRecordThatIsHardToReadStopsNoNode() {
    Millrace first = node();
    Follower follower = follow(first, "a");
    for (JsonObject headers : foreign()) {
      management.publish(
          stream + ".a", "1".getBytes(UTF_8), new JsonObject().put("headers", headers));
    }
    first.channel("a").publish(Message.json(2)).await();
    soon().until(() -> follower.seen.contains("2"));
    assertThat(follower.seen).containsExactly("1", "1", "1", "1", "1", "2");
    // One that starts later reads them, too.
    Millrace second = node();
    second.channel("a").publish(Message.json(3)).await();
    soon().until(() -> follower.seen.contains("3"));
    assertThat(follower.seen).hasSize(7);
  }
}
