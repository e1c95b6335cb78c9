package io.millrace.core.presence;

import io.millrace.Member;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * Divides what a node says about its members into messages that are small enough: <code>
 * {"rooms":{channel:{"joined":[member…],"left":[user…]}}}</code>.
 */
final class Pages {

  static final String ROOMS = "rooms";
  static final String JOINED = "joined";
  static final String LEFT = "left";

  /** What a message has besides the rooms: the node, the kind, numbers. */
  private static final int HEAD = 200;

  /** What a room has besides its name and its members. */
  private static final int ROOM = 40;

  private final int most;
  private final List<JsonObject> pages = new ArrayList<>();
  private JsonObject rooms = new JsonObject();
  private int size = HEAD;

  /**
   * No pages yet.
   *
   * @param most how many bytes a message may have
   */
  Pages(int most) {
    this.most = most;
  }

  void joined(String channel, Member member) {
    add(channel, JOINED, member.toJson());
  }

  void left(String channel, String user) {
    add(channel, LEFT, user);
  }

  private void add(String channel, String field, Object value) {
    int bytes = Json.encodeToBuffer(value).length() + 1;
    JsonObject known = rooms.getJsonObject(channel);
    int all = known == null ? bytes + channel.length() + ROOM : bytes;
    if (size + all > most && !rooms.isEmpty()) {
      turn();
      add(channel, field, value);
      return;
    }
    if (size + all > most) {
      return; // Nobody can be told.
    }
    size += all;
    JsonObject room = known == null ? new JsonObject() : known;
    JsonArray list = room.getJsonArray(field, new JsonArray());
    rooms.put(channel, room.put(field, list.add(value)));
  }

  private void turn() {
    pages.add(new JsonObject().put(ROOMS, rooms));
    rooms = new JsonObject();
    size = HEAD;
  }

  /** Returns all pages. */
  List<JsonObject> finish() {
    if (!rooms.isEmpty()) {
      turn();
    }
    return pages;
  }
}
