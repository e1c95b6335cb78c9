package io.millrace;

import io.vertx.core.json.JsonObject;

/**
 * The options of a node, in five groups: {@linkplain RetentionOptions how much is held},
 * {@linkplain LimitOptions limits}, {@linkplain TimeOptions times}, {@linkplain TransportOptions
 * transports}, and {@linkplain AccessOptions who may do what}. Each group extends the one before
 * it, so that one chain of setters can set all of them.
 *
 * <p>The defaults suit a public site. Those that limit what the node holds depend on the heap (the
 * JVM's {@code -Xmx}): together they leave a quarter of it free. Not safe for use by several
 * threads; {@link Millrace.Builder#options} takes a copy.
 *
 * <p>In JSON, each group is an object, and each option has the name of its accessor:
 *
 * <pre>{@code
 * {
 *   "retention": {"ringAge": 300000, "history": {"count": 10}},
 *   "limits": {"maxChannels": 50},
 *   "times": {"heartbeat": 20000},
 *   "transports": {"drainWindow": 10000},
 *   "access": {"publishablePatterns": ["chat.**"]}
 * }
 * }</pre>
 *
 * <p>Times are whole numbers of milliseconds. Patterns and origins are arrays of strings. A history
 * is an object with {@code count}, {@code bytes} and {@code age}; those that are missing are as in
 * {@link HistoryOptions#DEFAULT}. {@code histories} is an array of such objects, in the order in
 * which they apply, and each of them has a {@code pattern}. An option that is missing or null keeps
 * its default.
 */
public final class MillraceOptions extends AccessOptions<MillraceOptions> {

  /** The defaults. */
  public MillraceOptions() {}

  /**
   * A copy.
   *
   * @param other what to copy
   */
  public MillraceOptions(MillraceOptions other) {
    groups.copy(other.groups);
  }

  /**
   * Reads options from JSON.
   *
   * @param json the options, in the form described above
   * @throws IllegalArgumentException if a group or an option is not known, or a value is of another
   *     type or refused by the option's setter; the message names the option and says what is
   *     allowed
   */
  public MillraceOptions(JsonObject json) {
    groups.read(json);
  }

  /**
   * {@return all options that have a value, defaults included, in the form described above; an
   * option whose default depends on another option or on the transport is left out until it is set}
   */
  public JsonObject toJson() {
    return groups.toJson();
  }

  @Override
  MillraceOptions self() {
    return this;
  }
}
