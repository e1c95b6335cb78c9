package io.millrace.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Client;
import io.millrace.Member;
import io.millrace.MillraceOptions;
import io.millrace.core.presence.PresenceRig.Node;
import io.millrace.core.presence.PresenceRig.Tab;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests who counts as present on one node, and what others are told of it. */
class RoomsTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final Client ANN = Client.of("ann");

  private final PresenceRig rig = new PresenceRig(vertx);
  private final Node node = rig.node();

  private static Client named(String user, String name) {
    return Client.of(user).withAttribute("info", PresenceRig.info(name));
  }

  @Test
  void whoeverAsksIsToldAllAndThenWhatChanges() {
    node.tab("ann", "a");
    rig.pass(1);
    Tab watcher = node.watcher("a");
    rig.turn();
    node.tab(named("bob", "Bob"), "a", "b");
    rig.pass(1);
    assertThat(watcher.told())
        .containsExactly(
            "{members:[{user:ann}],count:1}", "{joined:[{user:bob,info:{name:Bob}}],count:2}");
    assertThat(node.users("a")).containsExactly("ann", "bob");
    assertThat(node.users("b")).containsExactly("bob");
    assertThat(node.users("c")).isEmpty();
  }

  @Test
  void twoTabsOfOneUserCountOnce() {
    Tab watcher = node.watcher("a");
    rig.turn();
    Tab first = node.tab("ann", "a");
    Tab second = node.tab("ann", "a");
    rig.pass(1);
    assertThat(node.count("a")).isEqualTo(1);
    first.close();
    rig.pass(10);
    assertThat(node.users("a")).containsExactly("ann");
    second.close();
    rig.pass(10);
    assertThat(node.users("a")).isEmpty();
    assertThat(watcher.told())
        .containsExactly(
            "{members:[],count:0}", "{joined:[{user:ann}],count:1}", "{left:[ann],count:0}");
  }

  @Test
  void whoeverLoadsAnotherPageHasNotLeft() {
    Tab watcher = node.watcher("a");
    rig.turn();
    Tab page = node.tab("ann", "a");
    rig.pass(2);
    for (int i = 0; i < 5; i++) {
      page.close();
      rig.pass(2);
      page = node.tab("ann", "a");
      rig.pass(2);
    }
    assertThat(watcher.told()).hasSize(2);
    page.close();
    rig.pass(2);
    assertThat(watcher.told()).hasSize(2);
    rig.pass(2);
    assertThat(watcher.told()).last().isEqualTo("{left:[ann],count:0}");
  }

  @Test
  void aClientWithoutAUserIsNoMember() {
    node.tab(Client.anonymous(), "a");
    rig.pass(1);
    assertThat(node.count("a")).isZero();
  }

  @Test
  void onlyNamesCountThatThePatternsMatch() {
    Node some = rig.node(new MillraceOptions().addPresent("chat.**"));
    some.tab("ann", "chat.a", "chat.*", "other");
    rig.pass(1);
    assertThat(some.users("chat.a")).containsExactly("ann");
    assertThat(some.users("chat.b")).isEmpty();
    assertThat(some.users("other")).isEmpty();
  }

  @Test
  void whoeverUnsubscribesLeaves() {
    Tab tab = node.tab("ann", "a", "b").watch("a");
    rig.pass(1);
    node.rig.onLoop(() -> tab.attendee.unsubscribed(PresenceRig.patterns("a")));
    rig.pass(4);
    assertThat(node.users("a")).isEmpty();
    assertThat(node.users("b")).containsExactly("ann");
    int told = tab.told().size();
    node.tab("bob", "a");
    rig.pass(2);
    assertThat(tab.told()).hasSize(told);
  }

  @Test
  void whoeverComesWithOtherPropertiesIsDescribedAgain() {
    Tab watcher = node.watcher("a");
    node.tab(named("ann", "Ann"), "a");
    rig.pass(1);
    node.tab(named("ann", "Anna"), "a");
    rig.pass(1);
    assertThat(watcher.told()).last().isEqualTo("{joined:[{user:ann,info:{name:Anna}}],count:1}");
    assertThat(node.rooms.presence("a").members())
        .containsExactly(new Member("ann", Optional.of(PresenceRig.info("Anna"))));
  }

  @Test
  void aThousandWhoReconnectAreToldAtMostOnceASecond() {
    Tab watcher = node.watcher("a");
    rig.turn();
    List<Tab> tabs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      tabs.add(node.tab("u" + i, "a"));
      if (i % 50 == 0) {
        rig.time.addAndGet(50); // All of them come within a second.
        rig.turn();
      }
    }
    assertThat(watcher.told()).hasSizeBetween(2, 3);
    rig.pass(2);
    assertThat(node.count("a")).isEqualTo(1000);
    int told = watcher.told().size();
    assertThat(told).isLessThanOrEqualTo(4);
    tabs.forEach(Tab::close);
    rig.pass(1);
    for (int i = 0; i < 1000; i++) {
      node.tab("u" + i, "a");
    }
    rig.pass(5);
    assertThat(watcher.told()).hasSize(told);
  }

  @Test
  void ofMoreThanAThousandOnlyTheCountIsToldUnlessAsked() {
    Tab watcher = node.watcher("a");
    Tab insisting = node.tab(Client.anonymous(), "a").insist("a");
    rig.turn();
    List<Tab> tabs = new ArrayList<>();
    for (int i = 0; i < 1001; i++) {
      tabs.add(node.tab("u" + i, "a"));
    }
    rig.pass(2);
    node.tab("late", "a");
    rig.pass(1);
    assertThat(watcher.told()).last().isEqualTo("{count:1002}");
    assertThat(insisting.told()).last().isEqualTo("{joined:[{user:late}],count:1002}");
    assertThat(node.rooms.presence("a").members()).hasSize(1000);
    assertThat(node.count("a")).isEqualTo(1002);
    tabs.subList(0, 50).forEach(Tab::close);
    rig.pass(5);
    assertThat(watcher.told()).last().isEqualTo("{count:952}");
    tabs.subList(50, 110).forEach(Tab::close);
    rig.pass(5);
    assertThat(watcher.told()).last().asString().endsWith("count:892}");
    assertThat(watcher.told())
        .filteredOn(frame -> frame.startsWith("{members:["))
        .hasSize(2)
        .last()
        .asString()
        .hasSizeGreaterThan(890 * "{user:u110}".length());
  }

  private void come(int from, int to, String... channels) {
    for (int i = from; i < to; i++) {
      node.tab(named("u" + i, "x".repeat(900)), channels);
    }
  }

  private static int longest(TestOutlet outlet) {
    return outlet.writes.stream().mapToInt(Buffer::length).max().orElse(0);
  }

  @Test
  void ofMembersOfWhomTooMuchIsToldOnlyTheCountIsToldUnlessAsked() {
    Tab watcher = node.watcher("a");
    Tab insisting = node.tab(Client.anonymous(), "a").insist("a");
    come(0, 500, "a");
    rig.pass(2);
    // In one part or in two, because the node's timer goes on while they come.
    assertThat(watcher.told()).last().asString().contains("[{user:u").endsWith("count:500}");
    come(500, 700, "a");
    rig.pass(2);
    assertThat(watcher.told()).last().isEqualTo("{count:700}");
    assertThat(insisting.told()).last().asString().contains("[{user:u").endsWith("count:700}");
    Tab late = node.tab(Client.anonymous(), "a").insist("a");
    rig.pass(2);
    assertThat(late.told()).last().asString().startsWith("{members:[").endsWith("count:700}");
    assertThat(longest(late.outlet)).isBetween(Listing.MOST_BYTES - 2000, Listing.MOST_BYTES + 200);
    assertThat(node.rooms.presence("a").count()).isEqualTo(700);
    assertThat(node.rooms.presence("a").members()).hasSizeBetween(550, 570);
  }

  @Test
  void whatHasChangedIsToldInPartsNoLargerThanAll() {
    Tab watcher = node.watcher("a");
    Tab insisting = node.tab(Client.anonymous(), "a").insist("a");
    rig.turn();
    come(0, 900, "a");
    rig.pass(2);
    assertThat(watcher.told()).last().isEqualTo("{count:900}");
    assertThat(insisting.told()).last().asString().contains("[{user:u").endsWith("count:900}");
    assertThat(longest(insisting.outlet)).isLessThan(Listing.MOST_BYTES + 200);
  }

  @Test
  void theChannelsOfAnAnswerShareTheRoomForMembers() {
    come(0, 300, "a", "b", "c");
    node.tab("ann", "d");
    rig.pass(1);
    for (Wish wish : List.of(Wish.MEMBERS_OR_COUNT, Wish.MEMBERS)) {
      TestOutlet outlet = node.poll(false, ANN, "c1", wish, "a", "b", "c", "d");
      JsonArray told = outlet.frames("batch").get(0).getJsonArray("presence");
      assertThat(told).hasSize(4);
      assertThat(told.encode().length()).isLessThan(Listing.MOST_BYTES + 500);
      assertThat(told.stream().map(it -> ((JsonObject) it).containsKey("members")))
          .containsExactly(true, false, false, true);
      assertThat(told.getJsonObject(1).encode()).isEqualTo("{\"channel\":\"b\",\"count\":300}");
    }
  }

  @Test
  void aSlowWatcherIsToldAllAtOnceWhenItCanTakeIt() {
    Tab watcher = node.watcher("a");
    rig.turn();
    watcher.outlet.writable = false;
    for (int i = 0; i < 5; i++) {
      node.tab("u" + i, "a");
      rig.pass(1);
    }
    assertThat(watcher.told()).hasSize(1);
    watcher.outlet.writable = true;
    rig.pass(2);
    assertThat(watcher.told()).hasSize(2).last().asString().startsWith("{members:[{user:u0}");
  }

  @Test
  void presenceDoesNotKeepHeartbeatsAway() {
    Tab watcher = node.watcher("a");
    for (int i = 0; i < 20; i++) {
      node.tab("u" + i, "a");
      rig.pass(1);
      node.rig.pass(1000);
    }
    assertThat(watcher.told()).hasSizeGreaterThan(15);
    assertThat(watcher.outlet.frames("heartbeat")).isNotEmpty();
  }

  private static List<String> presence(TestOutlet outlet) {
    return outlet.frames("batch").stream()
        .map(frame -> frame.getJsonArray("presence").encode().replace("\"", ""))
        .toList();
  }

  @Test
  void aClientThatPollsIsPresentFromOneRequestToTheNext() {
    Tab watcher = node.watcher("a");
    rig.turn();
    for (int i = 0; i < 5; i++) {
      node.poll(false, ANN, "c1", Wish.NOTHING);
      rig.pass(15);
      assertThat(node.users("a")).containsExactly("ann");
    }
    rig.pass(30);
    assertThat(node.users("a")).isEmpty();
    assertThat(watcher.told()).hasSize(3);
  }

  @Test
  void aHeldRequestIsAnsweredWhenSomebodyComes() {
    node.tab("ann", "a");
    rig.pass(2);
    TestOutlet first = node.poll(true, ANN, "c1", Wish.MEMBERS_OR_COUNT);
    rig.turn();
    assertThat(presence(first)).containsExactly("[{channel:a,members:[{user:ann}],count:1}]");
    TestOutlet second = node.poll(true, ANN, "c1", Wish.MEMBERS_OR_COUNT);
    rig.pass(2);
    assertThat(presence(second)).isEmpty();
    node.tab("bob", "a");
    rig.pass(1);
    assertThat(presence(second))
        .containsExactly("[{channel:a,members:[{user:ann},{user:bob}],count:2}]");
  }

  @Test
  void aHeldRequestOfAnUnknownClientWaitsForAMessage() {
    TestOutlet held = node.poll(true, ANN, "", Wish.MEMBERS_OR_COUNT);
    node.tab("bob", "a");
    rig.pass(2);
    assertThat(presence(held)).isEmpty();
    TestOutlet poll = node.poll(false, ANN, "", Wish.MEMBERS_OR_COUNT);
    assertThat(presence(poll))
        .containsExactly("[{channel:a,members:[{user:ann},{user:bob}],count:2}]");
  }

  @Test
  void whoeverIsPresentCountsAgainstTheRoomForReaders() {
    Node small = rig.node(new MillraceOptions().addPresent("**").setReaderBytes(400_000));
    for (int i = 0; i < 200; i++) {
      small.tab(named("u" + i, "x".repeat(900)), "a");
    }
    rig.pass(1);
    assertThat(small.count("a")).isBetween(10, 60);
  }

  @Test
  void nothingIsKeptOfAChannelThatIsNotUsedAnyMore() {
    Tab tab = node.tab("ann", "a", "b").watch("a", "b");
    rig.pass(1);
    tab.close();
    rig.pass(5);
    assertThat(node.rooms.size()).isZero();
    assertThat(node.rig.log.readers().taken()).isZero();
  }
}
