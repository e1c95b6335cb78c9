package io.millrace.core.presence;

import io.millrace.Member;
import io.millrace.core.broker.Control;
import io.millrace.core.broker.RareLog;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Hears from the other nodes who is present there. A node that is not heard for thirty seconds is
 * gone, with its members. What a node says is not trusted: all of it is bounded, and what is not
 * understood is ignored. Owned by the node's event loop.
 */
final class OtherNodes {

  private static final Logger LOG = System.getLogger(OtherNodes.class.getName());

  static final long LEASE_MILLIS = 3 * OwnNews.LEASE_MILLIS;

  /** More nodes than this are not heard. */
  private static final int MOST_NODES = 1000;

  /** How often a node is asked for everything. */
  private static final long ASK_MILLIS = 5_000;

  private static final String OF = "of";

  private final Control control;
  private final Rooms rooms;
  private final Map<String, OtherNode> nodes = new HashMap<>();
  private final RareLog ignored = new RareLog(LOG);

  /** About how many bytes of the heap the members of other nodes take, and may take. */
  private long bytes;

  /** The same for what they have not said completely. */
  private long toldBytes;

  private final long mostBytes;

  OtherNodes(Control control, Rooms rooms, long mostBytes) {
    this.control = control;
    this.rooms = rooms;
    this.mostBytes = mostBytes;
  }

  /** Begins to listen. */
  void open(Runnable wantAll) {
    on(OwnNews.CHANGES, this::changes);
    on(OwnNews.ALL, this::all);
    on(OwnNews.LEASE, this::lease);
    on(OwnNews.BYE, (node, body) -> node.leavesAt = rooms.now() + Departures.LATE_MILLIS);
    control.on(
        OwnNews.ASK,
        body -> {
          if (body.getJsonArray(OF) == null || body.getJsonArray(OF).contains(control.node())) {
            wantAll.run();
          }
        });
    control.onBack(() -> control.send(OwnNews.ASK, new JsonObject()));
  }

  private void on(String kind, BiConsumer<OtherNode, JsonObject> handler) {
    control.on(
        kind,
        body -> {
          String id = body.getString("node");
          if (!nodes.containsKey(id) && nodes.size() >= MOST_NODES) {
            ignored.warn("More than " + MOST_NODES + " nodes say who is present there.", null);
            return;
          }
          OtherNode node = nodes.computeIfAbsent(id, OtherNode::new);
          node.heardAt = rooms.now();
          handler.accept(node, body);
        });
  }

  private void lease(OtherNode node, JsonObject body) {
    node.incomplete |= body.getLong(OwnNews.SEQ) != node.seq;
  }

  private void changes(OtherNode node, JsonObject body) {
    long seq = body.getLong(OwnNews.SEQ);
    if (seq <= node.seq) {
      return; // It was heard before.
    }
    node.incomplete |= seq != node.seq + 1;
    node.seq = seq;
    Said.rooms(
        body,
        rooms,
        (channel, member) -> enter(node, channel, member),
        (channel, user) -> leave(node, channel, user));
  }

  private void all(OtherNode node, JsonObject body) {
    long seq = body.getLong(OwnNews.SEQ);
    int part = body.getInteger(OwnNews.PART);
    if (seq < node.seq) {
      return;
    }
    if (part == 0) {
      forgetTold(node);
      node.toldSeq = seq;
      node.nextPart = 0;
    }
    if (seq != node.toldSeq || part != node.nextPart) {
      forgetTold(node);
      node.incomplete = true;
      return;
    }
    node.nextPart++;
    Said.rooms(body, rooms, (channel, member) -> note(node, channel, member), (none, user) -> {});
    if (node.nextPart >= body.getInteger(OwnNews.PARTS)) {
      replace(node);
      node.seq = seq;
      node.incomplete = false;
    }
  }

  private void note(OtherNode node, String channel, Member member) {
    int size = Said.footprint(member);
    if (toldBytes + size <= mostBytes) {
      toldBytes += size;
      node.toldBytes += size;
      node.told.computeIfAbsent(channel, first -> new HashMap<>()).put(member.user(), member);
    } else {
      ignored.warn("Another node has more members than this node has room for.", null);
    }
  }

  private void forgetTold(OtherNode node) {
    toldBytes -= node.toldBytes;
    node.forgetTold();
  }

  /** Replaces what was known of a node by what it has just said. */
  private void replace(OtherNode node) {
    List<Runnable> gone = new ArrayList<>();
    node.rooms.forEach(
        (channel, users) ->
            users
                .keySet()
                .forEach(
                    user -> {
                      if (!node.told.getOrDefault(channel, Map.of()).containsKey(user)) {
                        gone.add(() -> leave(node, channel, user));
                      }
                    }));
    gone.forEach(Runnable::run);
    node.told.forEach(
        (channel, members) -> members.values().forEach(member -> enter(node, channel, member)));
    forgetTold(node);
  }

  private void enter(OtherNode node, String channel, Member member) {
    int size = Said.footprint(member);
    Integer before = node.rooms.getOrDefault(channel, Map.of()).get(member.user());
    int another = node.rooms.containsKey(channel) ? 0 : Bytes.elsewhere(channel);
    if (bytes + another + size > mostBytes) {
      ignored.warn("Other nodes have more members than this node has room for.", null);
      return;
    }
    count(another + size - (before == null ? 0 : before));
    node.rooms.computeIfAbsent(channel, first -> new HashMap<>()).put(member.user(), size);
    rooms.elsewhere(channel, member, before == null);
  }

  private void leave(OtherNode node, String channel, String user) {
    Map<String, Integer> users = node.rooms.getOrDefault(channel, Map.of());
    Integer size = users.remove(user);
    if (size == null) {
      return;
    }
    if (users.isEmpty()) {
      node.rooms.remove(channel);
      count(-Bytes.elsewhere(channel));
    }
    count(-size);
    rooms.goneElsewhere(channel, user);
  }

  private void count(int more) {
    bytes += more;
    rooms.count(more);
  }

  /**
   * Lets those nodes go that are not there any more, and asks those of which something is missing.
   */
  void pass(long now) {
    JsonArray asked = new JsonArray();
    for (OtherNode node : List.copyOf(nodes.values())) {
      if (!control.isHearing()) {
        node.heardAt = now; // It is this node that is cut off.
      }
      if (now >= node.leavesAt || now - node.heardAt >= LEASE_MILLIS) {
        remove(node);
      } else if (node.incomplete && now >= node.askDue) {
        node.askDue = now + ASK_MILLIS;
        asked.add(node.id);
      }
    }
    if (!asked.isEmpty()) {
      var unused = control.send(OwnNews.ASK, new JsonObject().put(OF, asked));
    }
  }

  private void remove(OtherNode node) {
    LOG.log(Logger.Level.INFO, "Node {0} is gone, and its members with it", node.id);
    forgetTold(node);
    replace(node);
    nodes.remove(node.id);
  }

  /** Forgets everything. */
  void close() {
    rooms.count(-bytes);
    bytes = 0;
    nodes.clear();
  }
}
