package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Priority;
import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.Optional;

/**
 * What a client asks to publish.
 *
 * @param channel the name of the channel
 * @param message the message
 */
record PublishRequest(ChannelPattern channel, Message message) {

  /**
   * Reads a publish command or the body of a publish request.
   *
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if something in it is
   *     missing or wrong
   */
  static PublishRequest of(JsonFields fields) {
    String channel = fields.string("channel").orElseThrow(() -> bad("channel is required."));
    Message message = payload(fields);
    Optional<String> event = fields.string("event");
    if (event.isPresent()) {
      message = message.withEvent(event.get());
    }
    Optional<String> key = fields.string("key");
    if (key.isPresent()) {
      message = message.withKey(key.get());
    }
    Optional<String> priority = fields.string("priority");
    if (priority.isPresent()) {
      message = message.withPriority(Priority.of(priority.get()));
    }
    Optional<String> replaces = fields.string("replaces");
    if (replaces.isPresent()) {
      message = message.withReplaces(replaces.get());
    }
    return new PublishRequest(ChannelPattern.of(ChannelPattern.checkName(channel)), message);
  }

  private static Message payload(JsonFields fields) {
    if (fields.has("data") == fields.has("base64")) {
      throw bad("Either data, any JSON value, or base64, bytes in base64, is required.");
    }
    if (fields.has("data")) {
      return Message.jsonText(Buffer.buffer(fields.raw("data").orElse("null")));
    }
    try {
      return Message.bytes(
          Buffer.buffer(Base64.getDecoder().decode(fields.string("base64").orElse(""))));
    } catch (IllegalArgumentException e) {
      throw bad("base64 must be bytes in base64 (RFC 4648, section 4).");
    }
  }

  private static MillraceException bad(String why) {
    return new MillraceException(MillraceException.Code.BAD_REQUEST, why);
  }
}
