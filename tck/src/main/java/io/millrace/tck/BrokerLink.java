package io.millrace.tck;

/** The link between brokers and their backend, for a test that can cut it. */
public interface BrokerLink {

  /** Cuts it, for all brokers of the test. */
  void cut();

  /** Lets brokers link again. */
  void mend();
}
