package io.millrace.tck;

/**
 * The contract of transports: the rules T01 to T54 of {@code docs/spec.md}, each a test whose name
 * carries the rule's number. A transport's test extends this and says what to test:
 *
 * <pre>{@code
 * class SseTransportTest extends TransportTck {
 *   @Override
 *   protected Transport newTransport() {
 *     return new SseTransport();
 *   }
 *
 *   @Override
 *   protected TestClient client() {
 *     return TestClients.ssePlain();
 *   }
 * }
 * }</pre>
 *
 * <p>Clients are raw sockets, and count what comes from the bytes. A rule that supposes a trait the
 * transport does not have, or something its clients cannot see, is skipped, and says so. A
 * transport with two formats has a test for each.
 */
public abstract class TransportTck extends DuplexRules {

  /** For subclasses. */
  protected TransportTck() {}
}
