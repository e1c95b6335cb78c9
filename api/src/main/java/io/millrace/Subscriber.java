package io.millrace;

/**
 * Receives messages in the application itself. Called on one event loop: that of the context that
 * subscribed, or, if the subscription was made on no event loop, one that Millrace chooses. It must
 * not block. Exceptions are logged and otherwise ignored.
 */
@FunctionalInterface
public interface Subscriber {

  /**
   * Called for each message, in the order of the log.
   *
   * @param entry the message, its channel and its place
   */
  void onMessage(Entry entry);

  /**
   * Called if messages may be missing before the next one.
   *
   * @param gap where and why
   */
  default void onGap(Gap gap) {}

  /**
   * Called when the subscription has ended, by {@link Subscription#end()} or because Millrace was
   * closed. No other call follows.
   */
  default void onEnd() {}
}
