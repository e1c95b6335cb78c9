package io.millrace.spi.remote;

import io.millrace.MillraceException;
import io.millrace.internal.BoundedMap;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the server refused recently, so that it is not asked again at once. Bounded; used on one
 * context only.
 */
final class Refusals {

  static final int MOST = 10_000;
  private static final long NANOS = 3_000_000_000L;
  private static final long LIMIT_NANOS = 1_000_000_000L;
  private static final Pattern SIZE =
      Pattern.compile(
          "(?i)too (large|big)|larger than"
              + "|(message|frame|data|header|body|content)[ _-]?(size|length)\\b.{0,60}(exceed|limit)"
              + "|exceed.{0,40}(message|frame|data|header|body|content)[ _-]?(size|length)");
  private static final Pattern LIMIT =
      Pattern.compile("(?i)limit\\b.* reached|too many|exceed|maximum");
  private static final Pattern PERMISSION =
      Pattern.compile("(?i)refused|authoriz|permission|denied|not.allowed|forbidden|status 403");

  /**
   * What servers quote: the names of channels and, with Artemis, the message. Clients choose these,
   * so they say nothing about the reason.
   */
  private static final Pattern QUOTED =
      Pattern.compile("\\[.*|'[^']*'|\"[^\"]*\"|\\baddress \\S+|\\S*[./]\\S+", Pattern.DOTALL);

  private record Refused(MillraceException failure, long until) {}

  private final BoundedMap<String, Refused> refused = new BoundedMap<>(() -> MOST);

  /** The refusal of everything, for a moment, after a limit was reached. */
  private Optional<Refused> everything = Optional.empty();

  /** {@return the failure to give without asking the server, if it refused this recently} */
  Optional<MillraceException> of(String what, long now) {
    everything = everything.filter(all -> all.until() - now > 0);
    Refused known = refused.get(what);
    if (known != null && known.until() - now <= 0) {
      refused.remove(what);
      known = null;
    }
    return Optional.ofNullable(known).or(() -> everything).map(Refused::failure);
  }

  /**
   * Records a refusal. One that names a limit counts for all requests, since they would reach that
   * limit too; one for size says nothing about the next message.
   */
  void add(String what, MillraceException failure, long now) {
    if (failure.code() == MillraceException.Code.TOO_LARGE) {
      return;
    }
    if (!isLimit(failure)) {
      refused.remove(what);
      refused.put(what, new Refused(failure, now + NANOS));
    } else {
      everything = Optional.of(new Refused(failure, now + LIMIT_NANOS));
    }
  }

  private static boolean isLimit(MillraceException failure) {
    Throwable cause = failure.getCause();
    return cause != null && LIMIT.matcher(words(cause)).find();
  }

  /** Returns what the server says in its own words. */
  private static String words(Throwable cause) {
    return QUOTED.matcher(String.valueOf(cause.getMessage())).replaceAll("");
  }

  /** Returns whether the server says clearly that it refuses this request. */
  static boolean isClear(Throwable cause) {
    String words = words(cause);
    return Stream.of(SIZE, LIMIT, PERMISSION).anyMatch(known -> known.matcher(words).find());
  }

  /** {@return the failure of a request that the server refuses in these words} */
  static MillraceException typed(Throwable cause) {
    String words = words(cause);
    if (SIZE.matcher(words).find()) {
      return new MillraceException(
          MillraceException.Code.TOO_LARGE,
          "The message is larger than the broker accepts. Send less at a time.",
          cause);
    }
    if (LIMIT.matcher(words).find()) {
      return new MillraceException(
          MillraceException.Code.UNAVAILABLE,
          "The broker has reached a limit of its own. Try again later.",
          cause);
    }
    return PERMISSION.matcher(words).find()
        ? new MillraceException(
            MillraceException.Code.FORBIDDEN, "The broker does not permit this.", cause)
        : new MillraceException(
            MillraceException.Code.UNAVAILABLE, "The broker refused this. Try again later.", cause);
  }
}
