package io.millrace;

import io.millrace.internal.HeapShares;
import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How much a node holds: the newest messages, histories, and idempotency keys. In JSON, the group
 * {@code retention} of {@link MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class RetentionOptions<T extends RetentionOptions<T>> extends OptionGroups<T> {

  private static final HeapShares HEAP = HeapShares.here();

  private final OptionGroup group = groups.group("retention");

  /** Only {@link MillraceOptions} extends it. */
  RetentionOptions() {}

  private final Option<Long> ringBytes =
      group.option("ringBytes", Form.LONG).atLeast(0).initially(HEAP.ringBytes());

  /**
   * {@return how many bytes of messages the ring of newest entries holds, over all channels; by
   * default an eighth of the heap, at most 64 MiB} A reader that is further behind is served from
   * its channels' histories, or receives a gap notice.
   */
  public long ringBytes() {
    return ringBytes.get();
  }

  /**
   * Sets how many bytes of messages the ring of newest entries holds, over all channels. A reader
   * that is further behind is served from its channels' histories, or receives a gap notice.
   *
   * @param value zero or more; an eighth of the heap, at most 64 MiB, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRingBytes(long value) {
    return set(ringBytes, value);
  }

  private final Option<Duration> ringAge =
      group.option("ringAge", Form.TIME).atLeast(0).initially(Duration.ofMinutes(2));

  /** {@return how long entries stay in the ring, unless it is full before} */
  public Duration ringAge() {
    return ringAge.get();
  }

  /**
   * Sets how long entries stay in the ring, unless it is full before.
   *
   * @param value zero or more; 2 minutes by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRingAge(Duration value) {
    return set(ringAge, value);
  }

  private final Option<Long> historyBytes =
      group.option("historyBytes", Form.LONG).atLeast(0).initially(HEAP.historyBytes());

  /**
   * {@return how many bytes of messages all channels' histories together hold beyond the ring; an
   * eighth of the heap, at most 64 MiB, if it was not set}
   */
  public long historyBytes() {
    return historyBytes.get();
  }

  /**
   * Sets how many bytes of messages all channels' histories together hold beyond the ring.
   *
   * @param value zero or more; an eighth of the heap, at most 64 MiB, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setHistoryBytes(long value) {
    return set(historyBytes, value);
  }

  private final Option<HistoryOptions> history =
      group.option("history", HistoryJson.ONE).initially(HistoryOptions.DEFAULT);

  /** {@return how much history a channel has if no pattern that it matches sets another} */
  public HistoryOptions history() {
    return history.get();
  }

  /**
   * Sets how much history a channel has if no pattern that it matches sets another.
   *
   * @param value the bounds; {@link HistoryOptions#DEFAULT} by default
   * @return this
   */
  public T setHistory(HistoryOptions value) {
    return set(history, value);
  }

  private final Option<Map<ChannelPattern, HistoryOptions>> histories =
      group.option("histories", HistoryJson.BY_PATTERN).initially(Map.of());

  /** {@return the histories set for patterns, in the order in which they were set} */
  public Map<ChannelPattern, HistoryOptions> histories() {
    return histories.get();
  }

  /**
   * Sets how much history the channels that match a pattern have. If a channel matches several, the
   * one that was set first applies.
   *
   * @param pattern a name or pattern
   * @param value the bounds
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public T setHistory(String pattern, HistoryOptions value) {
    Map<ChannelPattern, HistoryOptions> more = new LinkedHashMap<>(histories.get());
    more.put(ChannelPattern.of(pattern), Objects.requireNonNull(value));
    return set(histories, Collections.unmodifiableMap(more));
  }

  /**
   * Returns how much history a channel has.
   *
   * @param channel its name
   * @return the bounds
   */
  public HistoryOptions historyOf(String channel) {
    for (Map.Entry<ChannelPattern, HistoryOptions> rule : histories.get().entrySet()) {
      if (rule.getKey().matches(channel)) {
        return rule.getValue();
      }
    }
    return history.get();
  }

  private final Option<Duration> keyLifetime =
      group.option("keyLifetime", Form.TIME).atLeast(0).initially(Duration.ofMinutes(5));

  /** {@return for how long an idempotency key is remembered} */
  public Duration keyLifetime() {
    return keyLifetime.get();
  }

  /**
   * Sets for how long an idempotency key is remembered.
   *
   * @param value zero or more; 5 min by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setKeyLifetime(Duration value) {
    return set(keyLifetime, value);
  }

  private final Option<Integer> maxKeys =
      group.option("maxKeys", Form.INT).atLeast(1).initially(HEAP.keys());

  /**
   * {@return how many idempotency keys are remembered; the oldest are forgotten first. As many as
   * take a sixteenth of the heap, at most 100,000, if it was not set}
   */
  public int maxKeys() {
    return maxKeys.get();
  }

  /**
   * Sets how many idempotency keys are remembered; the oldest are forgotten first.
   *
   * @param value one or more; as many as take a sixteenth of the heap, at most 100,000, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxKeys(int value) {
    return set(maxKeys, value);
  }

  private final Option<Map<ChannelPattern, SlowPolicy>> slowReaders =
      group.option("slowReaders", SlowJson.BY_PATTERN).initially(Map.of());

  /**
   * {@return the policies for slow readers set for patterns, in the order in which they were set}
   */
  public Map<ChannelPattern, SlowPolicy> slowReaders() {
    return slowReaders.get();
  }

  /**
   * Sets what readers get of the channels that match a pattern if they are behind. If a channel
   * matches several, its own name counts first, then the pattern that was set first.
   *
   * @param pattern a name or pattern; {@code **} for every channel
   * @param value the policy
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public T setSlowReaders(String pattern, SlowPolicy value) {
    Map<ChannelPattern, SlowPolicy> more = new LinkedHashMap<>(slowReaders.get());
    more.put(ChannelPattern.of(pattern), Objects.requireNonNull(value));
    return set(slowReaders, Collections.unmodifiableMap(more));
  }

  /**
   * Returns what readers get of a channel if they are behind.
   *
   * @param channel its name; of a pattern that is subscribed, what was set for all that it matches
   * @return the policy, {@link SlowPolicy#SKIP} if none was set
   */
  public SlowPolicy slowPolicyOf(ChannelPattern channel) {
    SlowPolicy own = slowReaders.get().get(channel);
    if (own != null) {
      return own;
    }
    for (Map.Entry<ChannelPattern, SlowPolicy> rule : slowReaders.get().entrySet()) {
      if (rule.getKey().covers(channel)) {
        return rule.getValue();
      }
    }
    return SlowPolicy.SKIP;
  }
}
