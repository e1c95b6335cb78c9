package io.millrace;

import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What an {@link Auditor} is told. It contains no payload, no token, no ticket and no URL.
 *
 * @param at when it was decided
 * @param client about whom; anonymous if the client could not be identified
 * @param address where the client is, behind {@linkplain MillraceOptions#trustedProxies() proxies
 *     that are trusted}; empty for what the application itself orders
 * @param kind what was decided
 * @param pattern the channel or pattern that it is about, if it is about one
 * @param refusal why the client was refused; empty if it was not. A reader that ends because
 *     something is taken away is refused
 */
public record Decision(
    Instant at,
    Client client,
    Optional<String> address,
    Kind kind,
    Optional<ChannelPattern> pattern,
    Optional<MillraceException.Code> refusal) {

  /** What is decided. */
  public enum Kind {
    /** Who the client is. */
    AUTHENTICATE,
    /** {@link Authorizer.Action#SUBSCRIBE}. */
    SUBSCRIBE,
    /** Publishing one message. */
    PUBLISH,
    /** {@link Authorizer.Action#HISTORY}. */
    HISTORY,
    /** {@link Authorizer.Action#PRESENCE}. */
    PRESENCE,
    /** Giving the client a ticket. */
    TICKET,
    /** {@link Millrace#disconnect}; with an address, the end of a reader that follows from it. */
    DISCONNECT,
    /** {@link Millrace#revoke}; with an address, the end of a reader that follows from it. */
    REVOKE,
    /** {@link Millrace#reauthorize}; with an address, the end of a reader that follows from it. */
    REAUTHORIZE
  }

  /**
   * Checks that nothing is missing.
   *
   * @param at when it was decided
   * @param client about whom
   * @param address where the client is
   * @param kind what was decided
   * @param pattern what it is about
   * @param refusal why the client was refused
   */
  public Decision {
    Objects.requireNonNull(at);
    Objects.requireNonNull(client);
    Objects.requireNonNull(address);
    Objects.requireNonNull(kind);
    Objects.requireNonNull(pattern);
    Objects.requireNonNull(refusal);
  }

  /** {@return whether the client was not refused} */
  public boolean isAllowed() {
    return refusal.isEmpty();
  }

  /** {@return a line for a log: all but the time, which a log has already} */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(kind.name().toLowerCase(Locale.ROOT));
    pattern.ifPresent(it -> line.append(' ').append(it));
    line.append(' ').append(client);
    address.ifPresent(it -> line.append(" at ").append(it));
    return line.append(": ")
        .append(refusal.map(MillraceException.Code::text).orElse("allowed"))
        .toString();
  }
}
