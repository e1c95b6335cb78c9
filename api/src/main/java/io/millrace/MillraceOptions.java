package io.millrace;

import io.millrace.internal.HeapShares;
import io.millrace.internal.Origins;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Limits, bounds and times of a node. The defaults suit a public site. Those that bound what is
 * held depend on the heap (the JVM's {@code -Xmx}): together they leave a quarter of it. Not safe
 * for use by several threads; {@link Millrace.Builder#options} takes a copy.
 */
public final class MillraceOptions {

  private static final long PUBLISHERS_PER_ADDRESS = 10;

  private static final HeapShares HEAP = HeapShares.here();

  private long ringBytes = HEAP.ringBytes();
  private Duration ringAge = Duration.ofSeconds(30);
  private long historyBytes = HEAP.historyBytes();
  private int maxMessageBytes = 16 << 20;
  private int maxClientMessageBytes = 256 << 10;
  private long bodyBytes = HEAP.bodyBytes();
  private Duration bodyTimeout = Duration.ofSeconds(30);
  private int maxChannels = 100;
  private int maxReaders = 100_000;
  private long readerBytes = HEAP.readerBytes();
  private int maxBrokerSubscriptions = 10_000;
  private int maxReadersPerAddress = 0;
  private int publishesPerSecond = 10;

  /** Less than zero until it is set. */
  private int publishesPerSecondPerAddress = -1;

  private int commandsPerSecond = 100;
  private Duration publishTimeout = Duration.ofSeconds(10);
  private Duration authorizerTimeout = Duration.ofSeconds(10);
  private Duration keyLifetime = Duration.ofMinutes(5);
  private int maxKeys = HEAP.keys();
  private Duration longPollHold = Duration.ofSeconds(25);
  private Duration pollInterval = Duration.ofSeconds(15);
  private int lowPriorityCount = 10;
  private int lowPriorityBytes = 4096;
  private Duration lowPriorityDelay = Duration.ofSeconds(1);
  private Duration retry = Duration.ofSeconds(3);
  private Duration stallTimeout = Duration.ofMinutes(2);
  private long recycleBytes = 0;
  private Duration unsubscribeLinger = Duration.ofSeconds(60);
  private Optional<Duration> heartbeat = Optional.empty();
  private boolean slowReadersEnd;
  private boolean credentialsAllowed;
  private HistoryOptions history = HistoryOptions.DEFAULT;
  private final Map<ChannelPattern, HistoryOptions> histories = new LinkedHashMap<>();
  private final Set<ChannelPattern> publishablePatterns = new LinkedHashSet<>();
  private final Set<ChannelPattern> subscribablePatterns = new LinkedHashSet<>();
  private final Set<String> allowedOrigins = new LinkedHashSet<>();

  /** The defaults. */
  public MillraceOptions() {}

  /**
   * A copy.
   *
   * @param other what to copy
   */
  public MillraceOptions(MillraceOptions other) {
    ringBytes = other.ringBytes;
    ringAge = other.ringAge;
    historyBytes = other.historyBytes;
    maxMessageBytes = other.maxMessageBytes;
    maxClientMessageBytes = other.maxClientMessageBytes;
    bodyBytes = other.bodyBytes;
    bodyTimeout = other.bodyTimeout;
    maxChannels = other.maxChannels;
    maxReaders = other.maxReaders;
    readerBytes = other.readerBytes;
    maxBrokerSubscriptions = other.maxBrokerSubscriptions;
    maxReadersPerAddress = other.maxReadersPerAddress;
    publishesPerSecond = other.publishesPerSecond;
    publishesPerSecondPerAddress = other.publishesPerSecondPerAddress;
    commandsPerSecond = other.commandsPerSecond;
    publishTimeout = other.publishTimeout;
    authorizerTimeout = other.authorizerTimeout;
    keyLifetime = other.keyLifetime;
    maxKeys = other.maxKeys;
    longPollHold = other.longPollHold;
    pollInterval = other.pollInterval;
    lowPriorityCount = other.lowPriorityCount;
    lowPriorityBytes = other.lowPriorityBytes;
    lowPriorityDelay = other.lowPriorityDelay;
    retry = other.retry;
    stallTimeout = other.stallTimeout;
    recycleBytes = other.recycleBytes;
    unsubscribeLinger = other.unsubscribeLinger;
    heartbeat = other.heartbeat;
    slowReadersEnd = other.slowReadersEnd;
    credentialsAllowed = other.credentialsAllowed;
    history = other.history;
    histories.putAll(other.histories);
    publishablePatterns.addAll(other.publishablePatterns);
    subscribablePatterns.addAll(other.subscribablePatterns);
    allowedOrigins.addAll(other.allowedOrigins);
  }

  /**
   * {@return how many bytes of messages the ring of newest entries holds, over all channels; an
   * eighth of the heap, at most 64 MiB, if it was not set} A reader that is further behind is
   * served from its channels' histories or told a gap.
   */
  public long ringBytes() {
    return ringBytes;
  }

  /**
   * Sets how many bytes of messages the ring of newest entries holds, over all channels. A reader
   * that is further behind is served from its channels' histories or told a gap.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setRingBytes(long value) {
    ringBytes = atLeast(0, value, "ringBytes");
    return this;
  }

  /** {@return how long entries stay in the ring, while its bytes suffice} */
  public Duration ringAge() {
    return ringAge;
  }

  /**
   * Sets how long entries stay in the ring, while its bytes suffice.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setRingAge(Duration value) {
    ringAge = atLeast(0, value, "ringAge");
    return this;
  }

  /**
   * {@return how many bytes of messages all channels' histories together hold beyond the ring; an
   * eighth of the heap, at most 64 MiB, if it was not set}
   */
  public long historyBytes() {
    return historyBytes;
  }

  /**
   * Sets how many bytes of messages all channels' histories together hold beyond the ring.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setHistoryBytes(long value) {
    historyBytes = atLeast(0, value, "historyBytes");
    return this;
  }

  /** {@return the largest payload that the application or the broker may publish, in bytes} */
  public int maxMessageBytes() {
    return maxMessageBytes;
  }

  /**
   * Sets the largest payload that the application or the broker may publish, in bytes. A broker may
   * have a lower bound of its own; what cannot arrive is refused at publish.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxMessageBytes(int value) {
    maxMessageBytes = atLeast(1, value, "maxMessageBytes");
    return this;
  }

  /** {@return the largest message or request body that a client may send, in bytes} */
  public int maxClientMessageBytes() {
    return maxClientMessageBytes;
  }

  /**
   * Sets the largest message or request body that a client may send, in bytes.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxClientMessageBytes(int value) {
    maxClientMessageBytes = atLeast(1, value, "maxClientMessageBytes");
    return this;
  }

  /**
   * {@return how many bytes of what arrives from clients may be held, all together; a thirty-second
   * of the heap, at most 16 MiB, if it was not set}
   */
  public long bodyBytes() {
    return bodyBytes;
  }

  /**
   * Sets how many bytes of what arrives from clients may be held, all together. The body of a
   * request counts what its buffer takes and 16 KiB for its request, until it has arrived. What
   * comes over a WebSocket counts what its buffers take until it has arrived, and a frame above 4
   * KiB until it is carried out. When there is no room, what has been there for longest is refused:
   * a body with 503, a WebSocket is closed with 4103. One always fits.
   *
   * <p>As many bytes again may wait for the broker: each message that a client publishes, until the
   * broker has answered, and over HTTP its request until it is answered. When there is no room, a
   * publish is refused with {@link MillraceException.Code#UNAVAILABLE}.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setBodyBytes(long value) {
    bodyBytes = atLeast(0, value, "bodyBytes");
    return this;
  }

  /** {@return how long the body of a request, or a message of a WebSocket, may take to arrive} */
  public Duration bodyTimeout() {
    return bodyTimeout;
  }

  /**
   * Sets how long the body of a request may take to arrive, from its head to its last byte, and a
   * message of a WebSocket from its first byte to its last. Then the request is refused, and its
   * connection closed; a WebSocket is closed with 4103.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setBodyTimeout(Duration value) {
    bodyTimeout = atLeast(1, value, "bodyTimeout");
    return this;
  }

  /** {@return how many names and patterns one client may subscribe to} */
  public int maxChannels() {
    return maxChannels;
  }

  /**
   * Sets how many names and patterns one client may subscribe to.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxChannels(int value) {
    maxChannels = atLeast(1, value, "maxChannels");
    return this;
  }

  /** {@return how many clients may be attached to this node} */
  public int maxReaders() {
    return maxReaders;
  }

  /**
   * Sets how many clients may be attached to this node.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxReaders(int value) {
    maxReaders = atLeast(1, value, "maxReaders");
    return this;
  }

  /**
   * {@return how many bytes of the heap all clients, and what they subscribe to, may take; a
   * quarter of the heap if it was not set}
   */
  public long readerBytes() {
    return readerBytes;
  }

  /**
   * Sets how many bytes of the heap all clients, and what they subscribe to, may take: their
   * connections with what is kept of their requests, and each name, pattern and filter, those that
   * several have once. It is an estimate, see {@link Millrace.Counts#readerBytes()}. When there is
   * no room, who attaches or subscribes to more is refused and may come back; who is attached is
   * not disturbed.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setReaderBytes(long value) {
    readerBytes = atLeast(1, value, "readerBytes");
    return this;
  }

  /** {@return how many subscriptions the node has at its broker, at most} */
  public int maxBrokerSubscriptions() {
    return maxBrokerSubscriptions;
  }

  /**
   * Sets how many subscriptions the node has at its broker, at most. When room is needed, those
   * that nobody reads go first, the oldest of them at once; if all are read, who asks for another
   * is refused and may come back. Of names that nobody has come back to, at most a tenth of these,
   * or {@link #maxChannels}, linger. Only for brokers that bring only what is subscribed.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxBrokerSubscriptions(int value) {
    maxBrokerSubscriptions = atLeast(1, value, "maxBrokerSubscriptions");
    return this;
  }

  /**
   * {@return how many clients may be attached from one address, of IPv6 from one /64; zero for no
   * limit} Mind proxies: see Router.allowForward of vertx-web.
   */
  public int maxReadersPerAddress() {
    return maxReadersPerAddress;
  }

  /**
   * Sets how many clients may be attached from one address, of IPv6 from one /64; zero for no
   * limit. Mind proxies: see Router.allowForward of vertx-web.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxReadersPerAddress(int value) {
    maxReadersPerAddress = atLeast(0, value, "maxReadersPerAddress");
    return this;
  }

  /**
   * {@return how many messages one WebSocket, and one user over HTTP and all their WebSockets, may
   * publish in a second; zero for no limit}
   */
  public int publishesPerSecond() {
    return publishesPerSecond;
  }

  /**
   * Sets how many messages one WebSocket may publish in a second, and one user over HTTP and all
   * their WebSockets, if the application sets one; zero for no limit.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPublishesPerSecond(int value) {
    publishesPerSecond = atLeast(0, value, "publishesPerSecond");
    return this;
  }

  /**
   * {@return how many messages may be published over HTTP in a second from one address, of IPv6
   * from one /64, by those who are no user; zero for no limit. Ten times {@link
   * #publishesPerSecond()} if it was not set}
   */
  public int publishesPerSecondPerAddress() {
    return publishesPerSecondPerAddress < 0
        ? (int) Math.min(Integer.MAX_VALUE, PUBLISHERS_PER_ADDRESS * (long) publishesPerSecond)
        : publishesPerSecondPerAddress;
  }

  /**
   * Sets how many messages may be published over HTTP in a second from one address, of IPv6 from
   * one /64, by those for whom the application sets no user; zero for no limit. Many may share an
   * address, and behind a proxy all do: see Router.allowForward of vertx-web.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPublishesPerSecondPerAddress(int value) {
    publishesPerSecondPerAddress = atLeast(0, value, "publishesPerSecondPerAddress");
    return this;
  }

  /** {@return how many frames one WebSocket may send in a second; zero for no limit} */
  public int commandsPerSecond() {
    return commandsPerSecond;
  }

  /**
   * Sets how many frames one WebSocket may send in a second; zero for no limit.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setCommandsPerSecond(int value) {
    commandsPerSecond = atLeast(0, value, "commandsPerSecond");
    return this;
  }

  /**
   * {@return how long the broker may take to accept a message before the publish fails with
   * TIMEOUT}
   */
  public Duration publishTimeout() {
    return publishTimeout;
  }

  /**
   * Sets how long the broker may take to accept a message before the publish fails with TIMEOUT.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPublishTimeout(Duration value) {
    publishTimeout = atLeast(1, value, "publishTimeout");
    return this;
  }

  /** {@return how long the authorizer may take to decide before what was asked for is refused} */
  public Duration authorizerTimeout() {
    return authorizerTimeout;
  }

  /**
   * Sets how long the authorizer may take to decide before what was asked for is refused, with
   * UNAVAILABLE. What it decides later is ignored.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setAuthorizerTimeout(Duration value) {
    authorizerTimeout = atLeast(1, value, "authorizerTimeout");
    return this;
  }

  /** {@return for how long an idempotency key is remembered} */
  public Duration keyLifetime() {
    return keyLifetime;
  }

  /**
   * Sets for how long an idempotency key is remembered.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setKeyLifetime(Duration value) {
    keyLifetime = atLeast(0, value, "keyLifetime");
    return this;
  }

  /**
   * {@return how many idempotency keys are remembered; the oldest are forgotten first. As many as
   * take a sixteenth of the heap, at most 100,000, if it was not set}
   */
  public int maxKeys() {
    return maxKeys;
  }

  /**
   * Sets how many idempotency keys are remembered; the oldest are forgotten first.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setMaxKeys(int value) {
    maxKeys = atLeast(1, value, "maxKeys");
    return this;
  }

  /**
   * {@return how long a long poll is held at the most; below the 30 s that proxies commonly allow
   * (RFC 6202, section 5.5)}
   */
  public Duration longPollHold() {
    return longPollHold;
  }

  /**
   * Sets how long a long poll is held at the most; below the 30 s that proxies commonly allow (RFC
   * 6202, section 5.5).
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setLongPollHold(Duration value) {
    longPollHold = atLeast(1, value, "longPollHold");
    return this;
  }

  /** {@return how often a polling client is told to poll} */
  public Duration pollInterval() {
    return pollInterval;
  }

  /**
   * Sets how often a polling client is told to poll.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPollInterval(Duration value) {
    pollInterval = atLeast(1, value, "pollInterval");
    return this;
  }

  /** {@return how many low-priority messages are enough to answer a long poll} */
  public int lowPriorityCount() {
    return lowPriorityCount;
  }

  /**
   * Sets how many low-priority messages are enough to answer a long poll.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setLowPriorityCount(int value) {
    lowPriorityCount = atLeast(1, value, "lowPriorityCount");
    return this;
  }

  /** {@return how many bytes of low-priority messages are enough to answer a long poll} */
  public int lowPriorityBytes() {
    return lowPriorityBytes;
  }

  /**
   * Sets how many bytes of low-priority messages are enough to answer a long poll.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setLowPriorityBytes(int value) {
    lowPriorityBytes = atLeast(1, value, "lowPriorityBytes");
    return this;
  }

  /**
   * {@return how long after its append a low-priority message may wait for a long poll to be
   * answered}
   */
  public Duration lowPriorityDelay() {
    return lowPriorityDelay;
  }

  /**
   * Sets how long after its append a low-priority message may wait for a long poll to be answered.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setLowPriorityDelay(Duration value) {
    lowPriorityDelay = atLeast(0, value, "lowPriorityDelay");
    return this;
  }

  /**
   * {@return after how long a browser's EventSource reconnects, varied by 30 % for each connection}
   */
  public Duration retry() {
    return retry;
  }

  /**
   * Sets after how long a browser's EventSource reconnects, varied by 30 % for each connection.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setRetry(Duration value) {
    retry = atLeast(1, value, "retry");
    return this;
  }

  /**
   * {@return how long a client may take no byte of what is written to it before its connection is
   * ended}
   */
  public Duration stallTimeout() {
    return stallTimeout;
  }

  /**
   * Sets how long a client may take no byte of what is written to it before its connection is
   * ended.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setStallTimeout(Duration value) {
    stallTimeout = atLeast(1, value, "stallTimeout");
    return this;
  }

  /**
   * {@return after how many bytes a streamed HTTP response is ended, for the client to resume; zero
   * for never} For proxies that keep what passes.
   */
  public long recycleBytes() {
    return recycleBytes;
  }

  /**
   * Sets after how many bytes a streamed HTTP response is ended, for the client to resume; zero for
   * never. For proxies that keep what passes.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setRecycleBytes(long value) {
    recycleBytes = atLeast(0, value, "recycleBytes");
    return this;
  }

  /**
   * {@return how long a broker subscription outlives its last reader: longer than a long poll's
   * hold plus two poll intervals, so that polling clients do not cause gaps}
   */
  public Duration unsubscribeLinger() {
    return unsubscribeLinger;
  }

  /**
   * Sets how long a broker subscription outlives its last reader: longer than a long poll's hold
   * plus two poll intervals, so that polling clients do not cause gaps.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setUnsubscribeLinger(Duration value) {
    unsubscribeLinger = atLeast(0, value, "unsubscribeLinger");
    return this;
  }

  /**
   * {@return after how much silence a heartbeat is sent, where it is not the transport's own
   * default}
   */
  public Optional<Duration> heartbeat() {
    return heartbeat;
  }

  /**
   * Sets after how much silence a heartbeat is sent, for every transport. By default each has its
   * own: 25 s for WebSocket, 15 s for streams.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setHeartbeat(Duration value) {
    heartbeat = Optional.of(atLeast(1, value, "heartbeat"));
    return this;
  }

  /** {@return whether a reader that fell behind the log is ended instead of being told a gap} */
  public boolean slowReadersEnd() {
    return slowReadersEnd;
  }

  /**
   * Sets whether a reader that fell behind the log is ended, to come back later, instead of being
   * told a gap.
   *
   * @param value false by default
   * @return this
   */
  public MillraceOptions setSlowReadersEnd(boolean value) {
    slowReadersEnd = value;
    return this;
  }

  /** {@return how much history a channel has} */
  public HistoryOptions history() {
    return history;
  }

  /**
   * Sets how much history a channel has for which no other bound is set.
   *
   * @param value the bounds
   * @return this
   */
  public MillraceOptions setHistory(HistoryOptions value) {
    history = Objects.requireNonNull(value);
    return this;
  }

  /** {@return the bounds set for patterns, in the order they were set} */
  public Map<ChannelPattern, HistoryOptions> histories() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(histories));
  }

  /**
   * Sets how much history the channels have that a pattern matches. Of several that match, the
   * first that was set holds.
   *
   * @param pattern a name or pattern
   * @param value the bounds
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public MillraceOptions setHistory(String pattern, HistoryOptions value) {
    histories.put(ChannelPattern.of(pattern), Objects.requireNonNull(value));
    return this;
  }

  /**
   * Returns how much history a channel has.
   *
   * @param channel its name
   * @return the bounds
   */
  public HistoryOptions historyOf(String channel) {
    for (Map.Entry<ChannelPattern, HistoryOptions> rule : histories.entrySet()) {
      if (rule.getKey().matches(channel)) {
        return rule.getValue();
      }
    }
    return history;
  }

  /** {@return the patterns of the channels that clients may publish to; none by default} */
  public Set<ChannelPattern> publishablePatterns() {
    return Set.copyOf(publishablePatterns);
  }

  /**
   * Lets clients publish to the channels that a pattern matches (and the {@link Authorizer}, if
   * there is one, agrees to).
   *
   * @param pattern a name or pattern
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public MillraceOptions addPublishable(String pattern) {
    publishablePatterns.add(ChannelPattern.of(pattern));
    return this;
  }

  /**
   * {@return the patterns that clients may subscribe to without an {@link Authorizer}; none by
   * default}
   */
  public Set<ChannelPattern> subscribablePatterns() {
    return Set.copyOf(subscribablePatterns);
  }

  /**
   * Lets clients subscribe to a pattern, and to every pattern it covers, where there is no {@link
   * Authorizer}. Names need no such leave.
   *
   * @param pattern a pattern
   * @return this
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public MillraceOptions addSubscribable(String pattern) {
    subscribablePatterns.add(ChannelPattern.of(pattern));
    return this;
  }

  /** {@return the foreign origins whose pages may connect; none by default} */
  public Set<String> allowedOrigins() {
    return Set.copyOf(allowedOrigins);
  }

  /**
   * Lets pages of a foreign origin connect (RFC 6454; CORS in the Fetch standard). A page of the
   * server's own origin always may.
   *
   * @param origin scheme, host and, unless it is the scheme's default, port, as in {@code
   *     https://app.example}, {@code app://shell} or {@code file://}; {@code null} for pages that
   *     have none, such as files and sandboxed frames; or {@code *} for whatever a page says
   * @return this
   * @throws IllegalArgumentException if it is not an origin
   */
  public MillraceOptions addAllowedOrigin(String origin) {
    if (!origin.equals("*") && Origins.normal(origin).isEmpty()) {
      throw new IllegalArgumentException(
          "An origin is scheme://host or scheme://host:port, null, or *, not " + origin);
    }
    allowedOrigins.add(origin);
    return this;
  }

  /** {@return whether pages of allowed foreign origins may send cookies} */
  public boolean credentialsAllowed() {
    return credentialsAllowed;
  }

  /**
   * Sets whether pages of allowed foreign origins may send cookies. It cannot be combined with the
   * origins {@code *} and {@code null}, which any page can have: building the node fails then.
   *
   * @param value false by default
   * @return this
   */
  public MillraceOptions setCredentialsAllowed(boolean value) {
    credentialsAllowed = value;
    return this;
  }

  private static int atLeast(int least, int value, String name) {
    return (int) atLeast((long) least, (long) value, name);
  }

  private static long atLeast(long least, long value, String name) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  private static Duration atLeast(long leastMillis, Duration value, String name) {
    atLeast(leastMillis, millis(value, name), name);
    return value;
  }

  static long millis(Duration value, String name) {
    try {
      return value.toMillis();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(name + " is too long: " + value, e);
    }
  }
}
