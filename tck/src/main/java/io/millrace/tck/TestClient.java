package io.millrace.tck;

import io.millrace.Message;
import io.vertx.core.buffer.Buffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Knows how the clients of a transport send requests and read responses. {@link TestClients} has
 * one for each transport of Millrace. The author of another transport writes one for it; most of
 * that is its {@link Codec}.
 */
public interface TestClient {

  /** What a client can see in the frames that it receives, and what it asks for. */
  enum Ability {
    /** Frames of messages name the channel. */
    CHANNEL,
    /** Frames of messages name the event. */
    EVENT,
    /** Frames have cursors, so the client can resume. Without them, it starts with new messages. */
    CURSOR,
    /** There are gap notices. Without this, a gap ends the connection. */
    GAP,
    /** There are frames for {@code degraded}, {@code restored} and {@code goodbye}. */
    STATE,
    /** A request that takes one batch waits for a message. */
    HOLD
  }

  /** {@return the headers with which a request to the mount URL asks for this transport} */
  Map<String, String> headers();

  /** {@return query parameters to add, for example {@code format=envelope}; empty by default} */
  default String query() {
    return "";
  }

  /** {@return a new codec, for one connection} */
  Codec codec();

  /** {@return what the client can see; by default everything except {@link Ability#HOLD}} */
  default Set<Ability> abilities() {
    return EnumSet.complementOf(EnumSet.of(Ability.HOLD));
  }

  /**
   * Returns the payload of a message as the client receives it: by default its JSON text, or its
   * bytes.
   *
   * @param message a message
   * @return what {@link Frame.Delivery#payload} must be equal to
   */
  default Buffer carried(Message message) {
    return message.data();
  }
}
