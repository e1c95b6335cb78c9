package io.millrace;

import io.millrace.internal.AddressRange;
import io.millrace.internal.Origins;
import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.util.Optional;
import java.util.Set;

/**
 * Who may do what. In JSON, the group {@code access} of {@link MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class AccessOptions<T extends AccessOptions<T>> extends TransportOptions<T> {

  private static final Form<Set<ChannelPattern>> PATTERNS =
      Form.set("channel patterns", ChannelPattern::of, ChannelPattern::toString);
  private static final Form<Set<String>> ORIGINS =
      Form.set("origins", AccessOptions::checkedOrigin, origin -> origin);

  private static final Form<Set<String>> NETWORKS =
      Form.set("addresses and networks", AccessOptions::checkedNetwork, network -> network);

  /** The minimum length of {@link #setTicketSecret}, in characters. */
  public static final int MIN_SECRET_LENGTH = 32;

  private final OptionGroup group = groups.group("access");

  /** Only {@link MillraceOptions} extends it. */
  AccessOptions() {}

  private final Option<Set<ChannelPattern>> publishablePatterns =
      group.option("publishablePatterns", PATTERNS).initially(Set.of());

  /** {@return the patterns of the channels that clients may publish to; none by default} */
  public Set<ChannelPattern> publishablePatterns() {
    return publishablePatterns.get();
  }

  /**
   * Lets clients publish to the channels that match a pattern. If there is an {@link Authorizer},
   * it must agree too.
   *
   * @param pattern a name or pattern
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public T addPublishable(String pattern) {
    return add(publishablePatterns, ChannelPattern.of(pattern));
  }

  private final Option<Set<ChannelPattern>> subscribablePatterns =
      group.option("subscribablePatterns", PATTERNS).initially(Set.of());

  /**
   * {@return the patterns that clients may subscribe to if there is no {@link Authorizer}; none by
   * default}
   */
  public Set<ChannelPattern> subscribablePatterns() {
    return subscribablePatterns.get();
  }

  /**
   * Lets clients subscribe to a pattern, and to every pattern that it covers, if there is no {@link
   * Authorizer}. Names need no such permission.
   *
   * @param pattern a pattern
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public T addSubscribable(String pattern) {
    return add(subscribablePatterns, ChannelPattern.of(pattern));
  }

  private final Option<Set<ChannelPattern>> presencePatterns =
      group.option("presencePatterns", PATTERNS).initially(Set.of());

  /**
   * {@return the patterns of the channels on which clients may ask who is present; none by default}
   */
  public Set<ChannelPattern> presencePatterns() {
    return presencePatterns.get();
  }

  /**
   * Lets clients ask who is present on the channels that match a pattern, and makes their users
   * members of those that they subscribe to by name. If there is an {@link Authorizer}, it must
   * agree too; without one, only clients with a user may ask. All nodes should have the same
   * patterns.
   *
   * @param pattern a name or pattern
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public T addPresent(String pattern) {
    return add(presencePatterns, ChannelPattern.of(pattern));
  }

  private final Option<Set<String>> allowedOrigins =
      group.option("allowedOrigins", ORIGINS).initially(Set.of());

  /** {@return the foreign origins whose pages may connect; none by default} */
  public Set<String> allowedOrigins() {
    return allowedOrigins.get();
  }

  /**
   * Lets pages of a foreign origin connect (RFC 6454; CORS in the Fetch standard). A page of the
   * server's own origin always may.
   *
   * @param origin scheme, host and, unless it is the scheme's default, port, for example {@code
   *     https://app.example}, {@code app://shell} or {@code file://}; {@code null} for pages that
   *     have none, such as files and sandboxed frames; or {@code *} for every page
   * @return this
   * @throws IllegalArgumentException if it is not an origin
   */
  public T addAllowedOrigin(String origin) {
    return add(allowedOrigins, checkedOrigin(origin));
  }

  private final Option<Boolean> credentialsAllowed =
      group.option("credentialsAllowed", Form.FLAG).initially(false);

  /** {@return whether pages of allowed foreign origins may send cookies} */
  public boolean credentialsAllowed() {
    return credentialsAllowed.get();
  }

  /**
   * Sets whether pages of allowed foreign origins may send cookies. It cannot be combined with the
   * origins {@code *} and {@code null}, which any page can have: then building the node fails.
   *
   * @param value false by default
   * @return this
   */
  public T setCredentialsAllowed(boolean value) {
    return set(credentialsAllowed, value);
  }

  private final Option<Boolean> senderStamped =
      group.option("senderStamped", Form.FLAG).initially(false);

  /** {@return whether what a user's clients publish says that it is from this user} */
  public boolean senderStamped() {
    return senderStamped.get();
  }

  /**
   * Sets whether what a user's clients publish says that it is from this user, see {@link
   * Message#from()}.
   *
   * @param value false by default
   * @return this
   */
  public T setSenderStamped(boolean value) {
    return set(senderStamped, value);
  }

  private final Option<String> ticketSecret =
      group.option("ticketSecret", Form.TEXT).check(AccessOptions::checkSecret);

  /** {@return what tickets are sealed with; empty if the node makes up a secret} */
  public Optional<String> ticketSecret() {
    return ticketSecret.value();
  }

  /**
   * Sets what tickets are sealed with. Nodes behind one address must have the same.
   *
   * @param value at least {@value #MIN_SECRET_LENGTH} random characters; by default each node makes
   *     up a secret when it starts
   * @return this
   * @throws IllegalArgumentException if it is shorter
   */
  public T setTicketSecret(String value) {
    return set(ticketSecret, value);
  }

  private final Option<Boolean> trafficHidden =
      group.option("trafficHidden", Form.FLAG).initially(false);

  /** {@return whether cursors hide how much is published on all channels together} */
  public boolean trafficHidden() {
    return trafficHidden.get();
  }

  /**
   * Sets whether cursors hide how much is published on all channels together. By default, the
   * numbers in cursors count all messages. With this option they say the time, in microseconds
   * since the node has started. It cannot be combined with a broker that has a log of its own,
   * whose places are the cursors: then building the node fails.
   *
   * @param value false by default
   * @return this
   */
  public T setTrafficHidden(boolean value) {
    return set(trafficHidden, value);
  }

  private final Option<Set<String>> trustedProxies =
      group.option("trustedProxies", NETWORKS).initially(Set.of());

  /** {@return the proxies that are believed where clients are; none by default} */
  public Set<String> trustedProxies() {
    return trustedProxies.get();
  }

  /**
   * Lets a proxy say which address a client has, in {@code Forwarded} (RFC 7239) or {@code
   * X-Forwarded-For}. It counts for the limits by address. The address is the last one in the
   * header that is not itself of such a proxy.
   *
   * @param network an address, or a network such as {@code 10.0.0.0/8} or {@code 2001:db8::/32}
   * @return this
   * @throws IllegalArgumentException if it is neither
   */
  public T addTrustedProxy(String network) {
    return add(trustedProxies, checkedNetwork(network));
  }

  private static void checkSecret(String secret) {
    if (secret.length() < MIN_SECRET_LENGTH) {
      throw new IllegalArgumentException(
          "ticketSecret must have at least " + MIN_SECRET_LENGTH + " characters.");
    }
  }

  private static String checkedNetwork(String network) {
    if (AddressRange.parse(network).isEmpty()) {
      throw new IllegalArgumentException(
          "A proxy must be an IP address, or a network such as 10.0.0.0/8, not " + network);
    }
    return network;
  }

  private static String checkedOrigin(String origin) {
    if (!origin.equals("*") && Origins.normal(origin).isEmpty()) {
      throw new IllegalArgumentException(
          "An origin must be scheme://host, scheme://host:port, null or *, not " + origin);
    }
    return origin;
  }
}
