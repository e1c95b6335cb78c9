package io.millrace;

/**
 * Gets what is published, in the application itself. Called on one event loop: that of the context
 * which subscribed, or one that Millrace chose if it did so from another thread. It must not block.
 * What it throws is logged and stops nothing.
 */
@FunctionalInterface
public interface Subscriber {

  /**
   * A message, in the order of the log.
   *
   * @param entry the message, its channel and its place
   */
  void onMessage(Entry entry);

  /**
   * Messages may be missing before the next one.
   *
   * @param gap where and why
   */
  default void onGap(Gap gap) {}

  /**
   * The subscription has ended, by {@link Subscription#end()} or because Millrace closed. Nothing
   * comes after it.
   */
  default void onEnd() {}
}
