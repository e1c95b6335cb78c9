package io.millrace.tck;

/** A way to make a backend refuse a channel, for tests that can do that. */
public interface BrokerRefusals {

  /**
   * Makes the backend refuse every publish and every subscription to a channel, for all brokers of
   * the test.
   *
   * @param channel the channel's name
   */
  void refuse(String channel);

  /** Makes the backend accept everything again. */
  void permit();
}
