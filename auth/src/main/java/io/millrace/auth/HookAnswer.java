package io.millrace.auth;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/** Reads what the application has answered about a client. */
final class HookAnswer {

  private HookAnswer() {}

  /**
   * Returns the client.
   *
   * @throws MillraceException if it is refused
   * @throws DecodeException if the answer is not what it should be
   */
  static Client client(Fetch.Answer answer) {
    return switch (answer.status()) {
      case 200 -> client(json(answer.body()));
      case 401 -> throw Refusals.unauthorized("The server does not accept these credentials.");
      case 403 ->
          throw new MillraceException(
              MillraceException.Code.FORBIDDEN, "The server does not let you in.");
      default -> {
        if (answer.status() / 100 == 4 && answer.status() != 408 && answer.status() != 429) {
          // The client may have caused it, by the headers that are passed on.
          throw Refusals.unauthorized("The server cannot read these credentials.");
        }
        throw new DecodeException("the status is " + answer.status());
      }
    };
  }

  private static JsonObject json(Buffer body) {
    try {
      return body.toJsonObject();
    } catch (DecodeException | ClassCastException e) { // Its message may contain the answer.
      throw new DecodeException("the answer is no JSON object");
    }
  }

  private static Client client(JsonObject json) {
    try {
      String user = (String) json.getValue("user"); // Otherwise Vert.x makes a text of anything.
      Client client = user == null ? Client.anonymous() : Client.of(user);
      Number expires = json.getNumber("expires");
      if (expires != null) {
        client = client.withExpiry(Instant.ofEpochMilli(expires.longValue()));
      }
      for (Map.Entry<String, Object> attribute :
          json.getJsonObject("attributes", new JsonObject())) {
        client = client.withAttribute(attribute.getKey(), attribute.getValue());
      }
      return client;
    } catch (MillraceException | ClassCastException | IllegalArgumentException e) {
      throw new DecodeException("the answer has a value of another kind than it should");
    }
  }
}
