package io.millrace.samples.demo;

import java.text.Normalizer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * The names of those who are signed in. A name belongs to one of them at a time: to whoever has its
 * seat, until it is given back or was not used for a while. Safe on any thread.
 */
final class Names {

  /** How many characters a name may have. */
  static final int MAX_LENGTH = 40;

  /** How many names may be in use at once. */
  static final int MAX_NAMES = 1_000;

  /** How many names may be in use at one address: a school has many pupils. */
  static final int MAX_AT_ADDRESS = 100;

  /** What the pages call those who are not signed in. */
  private static final String GUEST = "guest";

  private static final Pattern SPACES = Pattern.compile("[\\p{Z}\\s]+");
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{M}\\p{N} .'’_-]{0," + (MAX_LENGTH - 1) + "}");

  /** Letters and marks that nobody sees: fillers, joiners and variation selectors. */
  private static final Pattern UNSEEN =
      Pattern.compile(
          "[\\x{34F}\\x{115F}\\x{1160}\\x{17B4}\\x{17B5}\\x{180B}-\\x{180F}\\x{3164}\\x{FE00}-\\x{FE0F}\\x{FFA0}"
              + "\\x{E0100}-\\x{E01EF}]");

  private record Hold(String seat, String address, Instant until) {}

  private final Map<String, Hold> holds = new ConcurrentHashMap<>();
  private final Clock clock;
  private final Duration lease;

  /**
   * Makes it, with all names free.
   *
   * @param clock says when leases end
   * @param lease for how long a name that is not used stays in use
   */
  Names(Clock clock, Duration lease) {
    this.clock = clock;
    this.lease = lease;
  }

  /** {@return a name as it is shown, or empty if it cannot be one} */
  static Optional<String> tidy(String typed) {
    String composed = Normalizer.normalize(typed, Normalizer.Form.NFC);
    String name = SPACES.matcher(composed).replaceAll(" ").strip();
    return name.length() <= MAX_LENGTH
            && NAME.matcher(name).matches()
            && !UNSEEN.matcher(name).find()
        ? Optional.of(name)
        : Optional.empty();
  }

  /** {@return whether two names count as the same, because people would take one for the other} */
  static boolean areSame(String one, String other) {
    return key(one).equals(key(other));
  }

  private static String key(String name) {
    String compatible = Normalizer.normalize(name, Normalizer.Form.NFKC);
    return compatible.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
  }

  /** {@return whether no more names can be taken} */
  boolean isFull() {
    if (holds.size() >= MAX_NAMES) {
      holds.values().removeIf(this::isOver);
    }
    return holds.size() >= MAX_NAMES;
  }

  /** {@return whether no more names can be taken at an address, so that others find some} */
  boolean isFullAt(String address) {
    return holds.values().stream()
            .filter(hold -> hold.address.equals(address) && !isOver(hold))
            .count()
        >= MAX_AT_ADDRESS;
  }

  /**
   * Takes a name.
   *
   * @param name a {@linkplain #tidy tidy} one
   * @param address where it is taken
   * @return the seat of whoever has the name now; empty if it is in use
   */
  Optional<String> take(String name, String address) {
    if (areSame(name, GUEST)) {
      return Optional.empty();
    }
    Hold mine = hold(UUID.randomUUID().toString(), address);
    Hold now =
        holds.compute(key(name), (key, before) -> before == null || isOver(before) ? mine : before);
    return now.equals(mine) ? Optional.of(mine.seat) : Optional.empty();
  }

  /** Notes that a name is used. Returns whether it still belongs to whoever has the seat. */
  boolean use(String name, String seat) {
    Hold now =
        holds.computeIfPresent(
            key(name),
            (key, before) ->
                before.seat.equals(seat) && !isOver(before) ? hold(seat, before.address) : before);
    return now != null && now.seat.equals(seat) && !isOver(now);
  }

  /** Gives a name back, if it belongs to whoever has the seat. */
  void release(String name, String seat) {
    holds.computeIfPresent(key(name), (key, hold) -> hold.seat.equals(seat) ? null : hold);
  }

  private Hold hold(String seat, String address) {
    return new Hold(seat, address, clock.instant().plus(lease));
  }

  private boolean isOver(Hold hold) {
    return !clock.instant().isBefore(hold.until);
  }
}
