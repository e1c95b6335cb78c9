package io.millrace.tck;

/**
 * The contract of brokers: the rules B01 to B31 of {@code docs/spec.md}, each a test whose name
 * contains the rule's number. A broker's test extends this class and says what to test:
 *
 * <pre>{@code
 * class MemoryBrokerTest extends BrokerTck {
 *   @Override
 *   protected Broker newBroker() {
 *     return new MemoryBroker();
 *   }
 * }
 * }</pre>
 *
 * <p>A rule that needs an ability that the broker does not have is skipped, with the reason.
 */
public abstract class BrokerTck extends BackendRules {

  /** For subclasses. */
  protected BrokerTck() {}
}
