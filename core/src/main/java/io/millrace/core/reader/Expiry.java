package io.millrace.core.reader;

import io.millrace.Client;
import java.time.Duration;
import java.time.Instant;

/** How long a client's credentials count. */
public final class Expiry {

  private static final Duration NEVER = Duration.ofDays(10_000);

  private Expiry() {}

  /** Returns how much longer a client may read; zero if no longer. */
  public static Duration remaining(Client client, Duration grace) {
    if (client.expires().isEmpty()) {
      return NEVER;
    }
    Duration remaining = Duration.between(Instant.now(), client.expires().get()).plus(grace);
    return remaining.isNegative() ? Duration.ZERO : remaining;
  }
}
