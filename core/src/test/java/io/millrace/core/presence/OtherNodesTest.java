package io.millrace.core.presence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import io.millrace.core.presence.PresenceRig.Node;
import io.millrace.core.presence.PresenceRig.Tab;
import io.millrace.core.testing.TestVertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests what nodes know of the members of each other. */
class OtherNodesTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private static final String KEY = ChannelPattern.CONTROL.toString();

  private final PresenceRig rig = new PresenceRig(vertx);
  private final Node here = rig.node();

  private static List<Tab> hundred(Node node) {
    List<Tab> tabs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      tabs.add(node.tab("u" + i, "a"));
    }
    return tabs;
  }

  /** Says something as another node would. */
  private void say(String node, String kind, JsonObject body) {
    rig.bus.bring(KEY, Message.jsonText(body.put("node", node).put("kind", kind).toBuffer()));
    rig.turn();
  }

  @Test
  void aUserWhoIsOnTwoNodesCountsOnce() {
    Node there = rig.node();
    Tab watcher = here.watcher("a");
    rig.turn();
    Tab first = here.tab("ann", "a");
    rig.pass(1);
    there.tab("ann", "a");
    there.tab("bob", "a");
    rig.pass(3);
    assertThat(here.users("a")).containsExactly("ann", "bob");
    assertThat(there.users("a")).containsExactly("ann", "bob");
    first.close();
    rig.pass(10);
    assertThat(here.users("a")).containsExactly("ann", "bob");
    assertThat(watcher.told())
        .containsExactly(
            "{members:[],count:0}",
            "{joined:[{user:ann}],count:1}",
            "{joined:[{user:bob}],count:2}");
  }

  @Test
  void whoeverMovesToAnotherNodeHasNotLeft() {
    Node there = rig.node();
    Tab watcher = here.watcher("a");
    Tab tab = here.tab("ann", "a");
    rig.pass(1);
    tab.close();
    rig.pass(1);
    there.tab("ann", "a");
    rig.pass(10);
    assertThat(watcher.told()).hasSize(1);
    assertThat(here.users("a")).containsExactly("ann");
  }

  @Test
  void aNodeThatComesLaterLearnsWhoIsThere() {
    hundred(here);
    rig.pass(2);
    Node later = rig.node();
    rig.pass(2);
    assertThat(later.count("a")).isEqualTo(100);
  }

  @Test
  void theMembersOfADeadNodeAreGoneWithinItsLease() {
    Node dead = rig.node();
    Node alive = rig.node();
    hundred(dead);
    alive.tab("ann", "a");
    Tab watcher = here.watcher("a");
    rig.pass(3);
    assertThat(here.count("a")).isEqualTo(101);
    dead.broker.kill();
    rig.pass(20);
    assertThat(here.count("a")).isEqualTo(101);
    rig.pass(12);
    assertThat(here.users("a")).containsExactly("ann");
    assertThat(alive.users("a")).containsExactly("ann");
    assertThat(watcher.told()).last().asString().startsWith("{left:[u").endsWith("count:1}");
  }

  @Test
  void theMembersOfANodeThatClosesAreGoneSoonUnlessTheyMove() {
    Node closing = rig.node();
    closing.tab("ann", "a");
    closing.tab("bob", "a");
    Tab watcher = here.watcher("a");
    rig.pass(3);
    assertThat(here.users("a")).containsExactly("ann", "bob");
    int told = watcher.told().size();
    closing.close();
    rig.pass(1);
    here.tab("ann", "a");
    rig.pass(5);
    assertThat(here.users("a")).containsExactly("ann");
    assertThat(watcher.told()).hasSize(told + 1).last().isEqualTo("{left:[bob],count:1}");
  }

  @Test
  void whatWasMissedIsAskedForWhenItIsNoticed() {
    Node there = rig.node();
    there.tab("ann", "a");
    rig.pass(2);
    here.broker.kill(); // It does not notice.
    Tab bob = there.tab("bob", "a");
    rig.pass(2);
    here.broker.mend();
    assertThat(here.users("a")).containsExactly("ann");
    there.tab("cid", "a");
    rig.pass(3);
    assertThat(here.users("a")).containsExactly("ann", "bob", "cid");
    here.broker.kill();
    bob.close();
    rig.pass(5);
    here.broker.mend();
    rig.pass(16); // The number that comes with the lease shows that something is missing.
    assertThat(here.users("a")).containsExactly("ann", "cid");
  }

  @Test
  void aNodeThatIsCutOffKeepsWhatItKnowsAndLearnsTheRestAfterwards() {
    Node there = rig.node();
    Tab ann = there.tab("ann", "a");
    Tab watcher = here.watcher("a");
    rig.pass(3);
    here.broker.cut();
    here.tab("bob", "a");
    there.tab("cid", "a");
    ann.close();
    rig.pass(100);
    assertThat(here.users("a")).containsExactly("ann", "bob");
    assertThat(there.users("a")).containsExactly("cid");
    here.broker.mend();
    here.awaitBack(2);
    rig.pass(3);
    assertThat(here.users("a")).containsExactly("bob", "cid");
    assertThat(there.users("a")).containsExactly("bob", "cid");
    assertThat(watcher.told()).last().isEqualTo("{joined:[{user:cid}],left:[ann],count:2}");
  }

  @Test
  void aNodeWithManyMembersSaysThemInPieces() {
    List<String> users = IntStream.range(0, 2000).mapToObj(i -> "u" + i + "한".repeat(100)).toList();
    users.forEach(user -> here.tab(user, "a", "b"));
    rig.pass(2);
    Node later = rig.node();
    rig.pass(3);
    assertThat(later.count("a")).isEqualTo(2000);
    assertThat(later.count("b")).isEqualTo(2000);
    assertThat(rig.bus.published).allMatch(text -> text.getBytes(UTF_8).length < 65_600);
    assertThat(rig.bus.published)
        .filteredOn(text -> text.contains("presence.all"))
        .hasSizeGreaterThan(10);
  }

  @Test
  void nobodySaysMoreOftenThanOnceASecond() {
    rig.node();
    rig.turn();
    rig.bus.published.clear();
    for (int i = 0; i < 100; i++) {
      here.tab("u" + i, "a");
      rig.time.addAndGet(20);
      rig.turn();
    }
    assertThat(rig.bus.published)
        .filteredOn(text -> text.contains("presence.changes"))
        .hasSizeBetween(1, 3);
  }

  @Test
  void whoeverAsksOftenIsNotAnsweredAsOften() {
    hundred(here);
    rig.pass(2);
    rig.bus.published.clear();
    String stranger = UUID.randomUUID().toString();
    for (int i = 0; i < 50; i++) {
      rig.time.addAndGet(20);
      say(stranger, "presence.ask", new JsonObject());
    }
    assertThat(rig.bus.published)
        .filteredOn(text -> text.contains("presence.all"))
        .hasSizeBetween(1, 2);
  }

  private static JsonObject joined(String... users) {
    JsonArray members = new JsonArray();
    for (String user : users) {
      members.add(new JsonObject().put("user", user));
    }
    return new JsonObject().put("a", new JsonObject().put("joined", members));
  }

  @Test
  void nonsenseIsIgnored() {
    String node = UUID.randomUUID().toString();
    for (JsonObject body :
        List.of(
            new JsonObject(),
            new JsonObject().put("seq", "x"),
            new JsonObject().put("seq", 1),
            new JsonObject().put("seq", 1).put("rooms", 7),
            new JsonObject().put("seq", 2).put("rooms", new JsonObject().put("a", "b")),
            new JsonObject().put("seq", 3).put("rooms", new JsonObject().put("$a", joined("x"))),
            new JsonObject().put("seq", -1).put("part", -4).put("parts", 1 << 30),
            new JsonObject()
                .put("seq", 5)
                .put("part", 7)
                .put("parts", 8)
                .put("rooms", new JsonObject().put("a", joined("x"))),
            new JsonObject().put("of", 7))) {
      for (String kind : List.of("changes", "all", "lease", "ask", "bye")) {
        say(node, "presence." + kind, body.copy());
      }
    }
    String other = UUID.randomUUID().toString();
    say(other, "presence.changes", new JsonObject().put("seq", 1).put("rooms", joined("ann", "")));
    rig.pass(1);
    assertThat(here.users("a")).containsExactly("ann");
  }

  @Test
  void aFloodOfMembersTakesNoMoreThanItsPart() {
    Node small = rig.node(new MillraceOptions().addPresent("**").setReaderBytes(800_000));
    for (int i = 0; i < 20; i++) {
      String[] users =
          IntStream.range(i * 500, i * 500 + 500).mapToObj(k -> "u" + k).toArray(String[]::new);
      say(
          UUID.randomUUID().toString(),
          "presence.changes",
          new JsonObject().put("seq", 1).put("rooms", joined(users)));
    }
    rig.pass(1);
    assertThat(small.count("a")).isBetween(100, 250);
    assertThat(small.rig.log.readers().taken()).isLessThanOrEqualTo(100_000 + Bytes.room("a"));
    small.tab("ann", "a");
    rig.pass(1);
    assertThat(small.rooms.view("a").presence().count()).isBetween(100, 251);
    rig.pass(31);
    assertThat(small.users("a")).containsExactly("ann");
  }

  @Test
  void aFloodOfNodesIsBounded() {
    for (int i = 0; i < 1500; i++) {
      rig.bus.bring(
          KEY,
          Message.jsonText(
              new JsonObject()
                  .put("node", UUID.randomUUID().toString())
                  .put("kind", "presence.changes")
                  .put("seq", 1)
                  .put("rooms", joined("u" + i))
                  .toBuffer()));
    }
    rig.pass(1);
    assertThat(here.count("a")).isEqualTo(1000);
    rig.pass(31);
    assertThat(here.count("a")).isZero();
  }
}
