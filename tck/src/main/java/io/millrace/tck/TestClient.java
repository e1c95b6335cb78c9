package io.millrace.tck;

import io.millrace.Message;
import io.vertx.core.buffer.Buffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Knows how a transport's clients ask and what they read. {@link TestClients} has one for each
 * transport of Millrace; the author of another writes one for it, which is mostly its {@link
 * Codec}.
 */
public interface TestClient {

  /** What a client can see of what goes on, and what it asks for. */
  enum Ability {
    /** Frames of messages name the channel. */
    CHANNEL,
    /** Frames of messages name the event. */
    EVENT,
    /** Cursors are told, so a client can resume. Without them it starts anew. */
    CURSOR,
    /** Gaps are told. Without this, a gap ends the connection. */
    GAP,
    /** {@code degraded}, {@code restored} and {@code goodbye} are told. */
    STATE,
    /** A request that takes one batch waits for a message. */
    HOLD
  }

  /** {@return the headers by which a request to the mount URL asks for this transport} */
  Map<String, String> headers();

  /** {@return query parameters to add, {@code format=envelope} for example; empty by default} */
  default String query() {
    return "";
  }

  /** {@return a new codec, for one connection} */
  Codec codec();

  /** {@return what the client can see; by default everything but {@link Ability#HOLD}} */
  default Set<Ability> abilities() {
    return EnumSet.complementOf(EnumSet.of(Ability.HOLD));
  }

  /**
   * Returns what the payload of a message looks like to the client: by default its JSON text, or
   * its bytes.
   *
   * @param message a message
   * @return what {@link Frame.Delivery#payload} must be equal to
   */
  default Buffer carried(Message message) {
    return message.data();
  }
}
