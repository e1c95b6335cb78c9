package io.millrace.core.presence;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Member;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads what another node says about members, and leaves out what cannot be. */
final class Said {

  /** At most how many bytes of JSON others are told about a user. */
  static final int MOST_INFO = 1 << 10;

  /** At most how many characters the name of a user has who counts. */
  static final int MOST_USER = 512;

  /** A member without its texts, wherever it is listed. */
  private static final int MEMBER = 400;

  private Said() {}

  static void rooms(
      JsonObject body,
      Rooms rooms,
      BiConsumer<String, Member> joined,
      BiConsumer<String, String> left) {
    JsonObject said = body.getJsonObject(Pages.ROOMS);
    for (String channel : said.fieldNames()) {
      if (!rooms.isKept(ChannelPattern.of(ChannelPattern.checkName(channel)))) {
        continue; // The other node has been configured otherwise.
      }
      JsonObject room = said.getJsonObject(channel);
      for (Object user : room.getJsonArray(Pages.LEFT, new JsonArray())) {
        left.accept(channel, (String) user);
      }
      for (Object member : room.getJsonArray(Pages.JOINED, new JsonArray())) {
        JsonObject json = (JsonObject) member;
        member(json.getString("user"), Optional.ofNullable(json.getJsonObject("info")))
            .ifPresent(it -> joined.accept(channel, it));
      }
    }
  }

  /**
   * Returns a member, unless its name is too long; what is told about it is left out if that is.
   */
  static Optional<Member> member(String user, Optional<JsonObject> info) {
    return user.isEmpty() || user.length() > MOST_USER
        ? Optional.empty()
        : Optional.of(new Member(user, info.filter(told -> told.toBuffer().length() <= MOST_INFO)));
  }

  /** Returns the member that a client is, if it has a user. */
  static Optional<Member> member(Client client) {
    return client.user().flatMap(user -> member(user, info(client.attributes().get("info"))));
  }

  @SuppressWarnings("unchecked") // An attribute has been checked to be JSON.
  private static Optional<JsonObject> info(@Nullable Object attribute) {
    return attribute instanceof Map<?, ?> map
        ? Optional.of(new JsonObject((Map<String, Object>) map))
        : Optional.empty();
  }

  /** How many bytes of JSON list a member. */
  static int json(Member member) {
    return member.toJson().toBuffer().length() + 1;
  }

  /** How many bytes of JSON list the name of a user. */
  static int json(String user) {
    return Json.encodeToBuffer(user).length() + 1;
  }

  /** About how many bytes of the heap a member takes. */
  static int footprint(Member member) {
    int info = member.info().map(told -> told.toBuffer().length()).orElse(0);
    return MEMBER + 2 * member.user().length() + 8 * info;
  }
}
