package io.millrace;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * Somebody who is present on a channel: a user who is attached to it, however often.
 *
 * @param user who it is
 * @param info what the application tells others about the user, from the attribute {@code info} of
 *     the client
 */
public record Member(String user, Optional<JsonObject> info) {

  /**
   * {@return the JSON form: <code>{"user":…,"info":…}</code>, without {@code info} if it is empty}
   */
  public JsonObject toJson() {
    JsonObject json = new JsonObject().put("user", user);
    info.ifPresent(told -> json.put("info", told));
    return json;
  }
}
