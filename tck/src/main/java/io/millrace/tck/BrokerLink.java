package io.millrace.tck;

/** The link between brokers and their backend, which a test can cut. */
public interface BrokerLink {

  /** Cuts the link, for all brokers of the test. */
  void cut();

  /** Lets the brokers connect again. */
  void mend();
}
