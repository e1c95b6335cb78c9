package io.millrace.spi.remote;

import io.millrace.Message;
import java.util.function.Supplier;

/** Takes what one subscription brings, for {@link Topics}. */
public interface TopicReceiver {

  /**
   * Brings a message to the node, if the subscription matches its channel. If it cannot be read, it
   * is skipped and counted.
   *
   * @param origin where it came from, for the log
   * @param channel its channel
   * @param message reads it; may throw
   */
  void bring(String origin, String channel, Supplier<Message> message);

  /**
   * Counts a message that cannot be brought.
   *
   * @param origin where it came from, for the log
   * @param why the reason, as a sentence
   */
  void skip(String origin, String why);
}
