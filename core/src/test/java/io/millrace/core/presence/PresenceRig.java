package io.millrace.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Member;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.BrokerSubscriptions;
import io.millrace.core.broker.Control;
import io.millrace.core.broker.NodeIngress;
import io.millrace.core.broker.Succession;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.reader.BatchReader;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Rig;
import io.millrace.core.testing.LineFraming;
import io.millrace.core.testing.SharedBus;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Nodes that share a backend and a clock, as far as presence needs them. */
final class PresenceRig {

  private static final Duration HOLD = Duration.ofMinutes(5);

  final AtomicLong time = new AtomicLong(1_000_000);
  final SharedBus bus = new SharedBus();
  private final TestVertx vertx;
  private final List<Node> nodes = new ArrayList<>();

  PresenceRig(TestVertx vertx) {
    this.vertx = vertx;
  }

  Node node() {
    return node(new MillraceOptions().addPresent("**"));
  }

  Node node(MillraceOptions options) {
    Node node = new Node(options);
    nodes.add(node);
    return node;
  }

  /** Lets time pass, in steps of a second, in each of which every node does what is due. */
  void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      time.addAndGet(1000);
      turn();
    }
  }

  /** Lets every node do what is due, and hear of it. */
  void turn() {
    for (int i = 0; i < 3; i++) {
      nodes.forEach(node -> node.onNode(node.rooms::pass));
      nodes.forEach(Node::settle);
    }
  }

  static <T> T await(io.vertx.core.Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().join();
  }

  /** A client that is attached. */
  static final class Tab {
    final TestOutlet outlet = new TestOutlet();
    final LastingReader reader;
    final Attendee attendee;
    private final Node node;

    private Tab(Node node, Client client, String... channels) {
      this.node = node;
      this.reader = node.rig.stream(outlet, ResumeFrom.NOW, channels);
      this.attendee = node.rooms.attendee(reader).orElseThrow();
      node.rig.onLoop(
          () -> {
            reader.identify(client, Optional.empty());
            reader.whenEnded(attendee::close);
            attendee.subscribed(patterns(channels), Wish.NOTHING);
          });
    }

    Tab watch(String... channels) {
      node.rig.onLoop(() -> attendee.subscribed(patterns(channels), Wish.MEMBERS_OR_COUNT));
      return this;
    }

    Tab stay(String... channels) {
      node.rig.onLoop(() -> attendee.subscribed(patterns(channels), Wish.NOTHING));
      return this;
    }

    Tab insist(String... channels) {
      node.rig.onLoop(() -> attendee.subscribed(patterns(channels), Wish.MEMBERS));
      return this;
    }

    void close() {
      node.rig.onLoop(outlet::close);
    }

    /** What was told of presence, without the type. */
    List<String> told() {
      node.settle();
      return outlet.frames("presence").stream()
          .map(
              frame -> {
                frame.remove("type");
                frame.remove("channel");
                return frame.encode().replace("\"", "");
              })
          .toList();
    }
  }

  static List<ChannelPattern> patterns(String... texts) {
    return Arrays.stream(texts).map(ChannelPattern::of).toList();
  }

  /** A node. */
  final class Node {
    final Rig rig;
    final SharedBus.Member broker = bus.broker();
    final Control control;
    final Rooms rooms;
    private final AtomicInteger backs = new AtomicInteger();
    private final ContextInternal context = ((VertxInternal) vertx.get()).createEventLoopContext();

    private Node(MillraceOptions options) {
      rig = new Rig(vertx, options);
      control = new Control(broker, options, context);
      rooms = new Rooms(options, control, rig.log.readers(), context, time::get);
      NodeIngress ingress =
          new NodeIngress(
              vertx.get(),
              options,
              broker,
              rig.log,
              new BrokerSubscriptions(broker, rig.log, context, options),
              Optional.empty(),
              new Succession(rig.log, rig.shards),
              control);
      await(broker.open(ingress));
      rooms.open();
      control.onBack(backs::incrementAndGet);
      await(control.open());
      awaitBack(1);
      vertx.closing(this::close);
    }

    /** Waits until the node has been back so many times; the first is when it has begun. */
    void awaitBack(int times) {
      Rig.eventually(() -> assertThat(backs.get()).isGreaterThanOrEqualTo(times));
    }

    Tab tab(Client client, String... channels) {
      return new Tab(this, client, channels);
    }

    Tab tab(String user, String... channels) {
      return tab(Client.of(user), channels);
    }

    Tab watcher(String... channels) {
      return tab(Client.anonymous(), channels).watch(channels);
    }

    /** Asks as a long poll does, or as a poll. */
    TestOutlet poll(boolean held, Client client, String id, Wish wish) {
      return poll(held, client, id, wish, "a");
    }

    TestOutlet poll(boolean held, Client client, String id, Wish wish, String... channels) {
      TestOutlet outlet = new TestOutlet();
      rig.onLoop(
          () -> {
            BatchReader reader =
                new BatchReader(
                    rig.shard,
                    "batch",
                    new LineFraming(),
                    outlet,
                    new MillraceOptions(),
                    held ? HOLD : Duration.ZERO);
            reader.identify(client, Optional.of(id).filter(given -> !given.isEmpty()));
            Optional<Visitor> visitor = rooms.visitor(reader, patterns(channels), wish, !held);
            reader.whenEnded(() -> visitor.ifPresent(Visitor::end));
            reader.begin(rig.log.attach(Rig.subscriptions(channels), ResumeFrom.NOW));
          });
      settle();
      return outlet;
    }

    List<String> users(String channel) {
      return rooms.presence(channel).members().stream().map(Member::user).sorted().toList();
    }

    int count(String channel) {
      return rooms.presence(channel).count();
    }

    void onNode(Runnable task) {
      Promise<Void> done = Promise.promise();
      context.runOnContext(
          here -> {
            task.run();
            done.complete();
          });
      await(done.future());
    }

    /** Waits until everything that is under way between the event loops has arrived. */
    void settle() {
      for (int i = 0; i < 3; i++) {
        rig.onLoop(() -> {});
        onNode(() -> {});
      }
    }

    void close() {
      rig.endAll();
      settle();
      nodes.remove(this);
      await(rooms.close());
      control.close();
      await(broker.close());
      onNode(() -> {});
    }
  }

  static JsonObject info(String name) {
    return new JsonObject().put("name", name);
  }
}
