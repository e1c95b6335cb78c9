package io.millrace.tck;

/**
 * The contract of transports: the rules T01 to T66 of {@code docs/spec.md}, each a test whose name
 * contains the rule's number. A transport's test extends this class and says what to test:
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
 * <p>Clients are raw sockets that read what the server sends byte by byte. A rule that needs a
 * trait that the transport does not have, or something that its clients cannot see, is skipped,
 * with the reason. A transport with two formats has a test for each.
 */
public abstract class TransportTck extends DuplexRules {

  /** For subclasses. */
  protected TransportTck() {}
}
