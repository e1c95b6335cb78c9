package io.millrace.core.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Client;
import io.millrace.core.presence.PresenceRig.Node;
import io.millrace.core.presence.PresenceRig.Tab;
import io.millrace.core.testing.Heap;
import io.millrace.core.testing.TestOutlet;
import io.millrace.core.testing.TestVertx;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares what presence counts as the room that clients take with the growth of the heap. */
class PresenceBytesTest {

  @RegisterExtension static final TestVertx vertx = new TestVertx();

  private final PresenceRig rig = new PresenceRig(vertx);
  private final Node node = rig.node();

  private long taken() {
    return node.rig.log.readers().taken();
  }

  private static String[] names(int from, int count, int length) {
    return IntStream.range(from, from + count)
        .mapToObj(i -> (i + "." + "a".repeat(200)).substring(0, length))
        .toArray(String[]::new);
  }

  private static Client user(int number) {
    return Client.of("user-" + number);
  }

  /** Tabs that read nothing of what they are told. */
  private List<Tab> tabs(int count, Client client) {
    List<Tab> tabs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Tab tab = node.tab(client);
      tab.outlet.writable = false;
      tabs.add(tab);
    }
    return tabs;
  }

  private void check(Runnable subscribing) {
    long before = taken();
    long growth =
        Heap.growth(
            () -> {
              subscribing.run();
              node.settle();
              return node;
            });
    assertThat(growth).isGreaterThan(2 << 20);
    assertThat((double) growth / (taken() - before)).isBetween(1 / 1.5, 1.5);
  }

  @ParameterizedTest
  @CsvSource({"8, false", "200, false", "8, true", "200, true"})
  void channelsThatOneWatchesAreCounted(int length, boolean members) {
    List<Tab> tabs = tabs(50, members ? user(1) : Client.anonymous());
    check(
        () -> {
          for (int i = 0; i < tabs.size(); i++) {
            tabs.get(i).watch(names(i * 100, 100, length));
          }
        });
    tabs.forEach(Tab::close);
    rig.pass(5);
    assertThat(taken()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"8, false", "200, false", "8, true", "200, true"})
  void manyWhoWatchTheSameAreCounted(int length, boolean members) {
    List<Tab> tabs = tabs(200, members ? user(1) : Client.anonymous());
    node.tab(user(1)).watch(names(0, 100, length));
    check(() -> tabs.forEach(tab -> tab.watch(names(0, 100, length))));
  }

  @Test
  void manyTabsOfOneUserAreCounted() {
    List<Tab> tabs = tabs(500, user(1));
    check(() -> tabs.forEach(tab -> tab.stay(names(0, 100, 200))));
  }

  @Test
  void whoeverIsPresentFromOneRequestToTheNextIsCounted() {
    check(
        () -> {
          for (int i = 0; i < 1000; i++) {
            node.poll(false, user(1), "client-" + i, Wish.NOTHING, names(0, 100, 200));
          }
        });
    rig.pass(60);
    assertThat(taken()).isZero();
  }

  @Test
  void whatWaitsForAChangeIsCountedUntilItIsAnswered() {
    Tab present = node.tab(user(1), "a");
    rig.pass(2);
    node.poll(true, user(1), "client-1", Wish.MEMBERS_OR_COUNT);
    rig.pass(1);
    long before = taken();
    TestOutlet held = node.poll(true, user(1), "client-1", Wish.MEMBERS_OR_COUNT);
    assertThat(taken() - before).isGreaterThanOrEqualTo(Bytes.AWAITED);
    node.tab(user(2), "a").close();
    rig.pass(2);
    assertThat(held.frames("batch")).hasSize(1);
    present.close();
    rig.pass(60);
    assertThat(taken()).isZero();
  }
}
