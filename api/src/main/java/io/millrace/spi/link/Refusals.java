package io.millrace.spi.link;

import io.millrace.MillraceException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the server refused lately, so that it is not asked again at once. Bounded; used on one
 * context alone.
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
   * What servers quote: the names of channels, and with Artemis the message. Whoever asked has
   * chosen these, so they say nothing about why it is refused.
   */
  private static final Pattern QUOTED =
      Pattern.compile("\\[.*|'[^']*'|\"[^\"]*\"|\\baddress \\S+|\\S*[./]\\S+", Pattern.DOTALL);

  private record Refused(MillraceException failure, long until) {}

  private final Map<String, Refused> refused = new LinkedHashMap<>();

  /** That of everything, for a moment, after a limit was met. */
  private Optional<Refused> everything = Optional.empty();

  /** {@return what to answer in place of the server, if it refused this lately} */
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
   * Takes a refusal down. What names a limit stands for whatever else would meet that limit; what
   * is too large says nothing about the next message.
   */
  void add(String what, MillraceException failure, long now) {
    if (failure.code() == MillraceException.Code.TOO_LARGE) {
      return;
    }
    if (!isLimit(failure)) {
      refused.remove(what);
      refused.put(what, new Refused(failure, now + NANOS));
      if (refused.size() > MOST) {
        refused.remove(refused.keySet().iterator().next());
      }
    } else {
      everything = Optional.of(new Refused(failure, now + LIMIT_NANOS));
    }
  }

  private static boolean isLimit(MillraceException failure) {
    Throwable cause = failure.getCause();
    return cause != null && LIMIT.matcher(words(cause)).find();
  }

  /** What the server says in words of its own. */
  private static String words(Throwable cause) {
    return QUOTED.matcher(String.valueOf(cause.getMessage())).replaceAll("");
  }

  /** {@return whether the server says that it refuses what it was asked, rather than anything} */
  static boolean isClear(Throwable cause) {
    String words = words(cause);
    return Stream.of(SIZE, LIMIT, PERMISSION).anyMatch(known -> known.matcher(words).find());
  }

  /** {@return what whoever asked is answered when the server refuses in these words} */
  static MillraceException typed(Throwable cause) {
    String words = words(cause);
    if (SIZE.matcher(words).find()) {
      return new MillraceException(
          MillraceException.Code.TOO_LARGE,
          "The message is larger than the broker takes. Send less at a time.",
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
            MillraceException.Code.UNAVAILABLE, "The broker refused. Try again later.", cause);
  }
}
