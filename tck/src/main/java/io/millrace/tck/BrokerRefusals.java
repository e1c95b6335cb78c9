package io.millrace.tck;

/** The means to make a backend refuse, for a test that has them. */
public interface BrokerRefusals {

  /**
   * Makes the backend refuse whatever is published or subscribed to a channel, to all brokers of
   * the test.
   *
   * @param channel the channel's name
   */
  void refuse(String channel);

  /** Lets the backend take everything again. */
  void permit();
}
