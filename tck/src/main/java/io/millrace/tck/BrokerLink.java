package io.millrace.tck;

import io.millrace.testkit.FaultProxy;

/** The link between brokers and their backend, which a test can cut. */
public interface BrokerLink {

  /** Cuts the link, for all brokers of the test. */
  void cut();

  /** Lets the brokers connect again. */
  void mend();

  /**
   * Makes a link of a proxy through which all brokers of the test connect.
   *
   * @param proxy the proxy
   * @return a link that cuts and mends it
   */
  static BrokerLink through(FaultProxy proxy) {
    return new BrokerLink() {
      @Override
      public void cut() {
        proxy.cut();
      }

      @Override
      public void mend() {
        proxy.mend();
      }
    };
  }
}
