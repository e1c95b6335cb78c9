package io.millrace;

import io.millrace.internal.Origins;
import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who may do what. In JSON, the group {@code access} of {@link MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class AccessOptions<T extends AccessOptions<T>> extends TimeOptions<T> {

  private static final Form<Set<ChannelPattern>> PATTERNS =
      Form.set("channel patterns", ChannelPattern::of, ChannelPattern::toString);
  private static final Form<Set<String>> ORIGINS =
      Form.set("origins", AccessOptions::checkedOrigin, origin -> origin);

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

  private <V> T add(Option<Set<V>> option, V value) {
    Set<V> more = new LinkedHashSet<>(option.get());
    more.add(value);
    return set(option, Collections.unmodifiableSet(more));
  }

  private static String checkedOrigin(String origin) {
    if (!origin.equals("*") && Origins.normal(origin).isEmpty()) {
      throw new IllegalArgumentException(
          "An origin must be scheme://host, scheme://host:port, null or *, not " + origin);
    }
    return origin;
  }
}
