package io.millrace;

import io.vertx.core.Handler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** A client that reads. Use it on the event loop on which a {@link ReaderListener} is given it. */
public interface ReaderInfo {

  /** {@return who it is} */
  Client client();

  /** {@return its id; empty before it is attached, if it did not choose one} */
  Optional<String> clientId();

  /** {@return the name of the transport that carries it} */
  String transport();

  /** {@return the names and patterns that it is subscribed to} */
  Set<ChannelPattern> channels();

  /**
   * Does something again and again until the client ends, for example publishing to a channel of
   * its own.
   *
   * @param every how long to wait before each time; it is accurate to 50 ms
   * @param tick what to do, on the client's event loop; if it throws, that is logged, and it is
   *     done again next time
   * @throws IllegalArgumentException if the time is shorter than a millisecond
   * @throws IllegalStateException if the client is not attached yet
   */
  void periodic(Duration every, Handler<ReaderInfo> tick);

  /**
   * Ends it, and tells the client not to reconnect. May be called on any thread.
   *
   * @param reason a few words for people, at most {@value #MAX_REASON} characters of ASCII
   * @throws IllegalArgumentException if it is longer or has other characters
   * @throws IllegalStateException if the client is not attached yet
   */
  void disconnect(String reason);

  /** How long a reason may be. */
  int MAX_REASON = 100;
}
