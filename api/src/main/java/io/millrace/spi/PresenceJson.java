package io.millrace.spi;

import io.millrace.Member;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What a frame of presence looks like. */
final class PresenceJson {

  private PresenceJson() {}

  static JsonObject fields(Signal.Presence presence) {
    JsonObject fields = new JsonObject().put("channel", presence.channel());
    presence.members().ifPresent(all -> fields.put("members", array(all)));
    if (!presence.joined().isEmpty()) {
      fields.put("joined", array(presence.joined()));
    }
    if (!presence.left().isEmpty()) {
      fields.put("left", new JsonArray(presence.left()));
    }
    return fields.put("count", presence.count());
  }

  private static JsonArray array(List<Member> members) {
    return new JsonArray(members.stream().map(Member::toJson).toList());
  }
}
