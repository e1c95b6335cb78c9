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
 * Limits and times of a node. The defaults suit a public site. Those that limit what the node holds
 * depend on the heap (the JVM's {@code -Xmx}): together they leave a quarter of it free. Not safe
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

  /** Negative until it is set. */
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
   * {@return how many bytes of messages the ring of newest entries holds, over all channels; by
   * default an eighth of the heap, at most 64 MiB} A reader that is further behind is served from
   * its channels' histories, or receives a gap notice.
   */
  public long ringBytes() {
    return ringBytes;
  }

  /**
   * Sets how many bytes of messages the ring of newest entries holds, over all channels. A reader
   * that is further behind is served from its channels' histories, or receives a gap notice.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setRingBytes(long value) {
    ringBytes = atLeast(0, value, "ringBytes");
    return this;
  }

  /** {@return how long entries stay in the ring, unless it is full before} */
  public Duration ringAge() {
    return ringAge;
  }

  /**
   * Sets how long entries stay in the ring, unless it is full before.
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
   * have a lower limit of its own; a larger message is refused when it is published.
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
   * {@return how many bytes of incoming data the node may hold for all clients together; by default
   * a thirty-second of the heap, at most 16 MiB}
   */
  public long bodyBytes() {
    return bodyBytes;
  }

  /**
   * Sets how many bytes of incoming data the node may hold for all clients together. A request body
   * counts the size of its buffer, plus 16 KiB for the request, until it has arrived. A WebSocket
   * message counts the size of its buffers until it has arrived, and a frame above 4 KiB until it
   * is carried out. If there is no room, whatever has been there for longest is refused: a body is
   * answered 503, a WebSocket is closed with 4103. A single one always fits.
   *
   * <p>As many bytes again may wait for the broker: each message that a client publishes counts
   * until the broker has answered, and over HTTP the request counts until it is answered. If there
   * is no room, a publish is refused with {@link MillraceException.Code#UNAVAILABLE}.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setBodyBytes(long value) {
    bodyBytes = atLeast(0, value, "bodyBytes");
    return this;
  }

  /** {@return how long a request body or a WebSocket message may take to arrive} */
  public Duration bodyTimeout() {
    return bodyTimeout;
  }

  /**
   * Sets how long a request body may take to arrive, from the head of the request to the last byte,
   * and a WebSocket message, from its first byte to its last. After that, the request is refused
   * and its connection closed (over HTTP/2, its stream); a WebSocket is closed with 4103.
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
   * {@return how many bytes of the heap all clients and their subscriptions may take; by default a
   * quarter of the heap}
   */
  public long readerBytes() {
    return readerBytes;
  }

  /**
   * Sets how many bytes of the heap all clients and their subscriptions may take: their
   * connections, with what is kept of their requests, and each name, pattern and filter, counted
   * once if several clients have it. The bytes are estimated, see {@link
   * Millrace.Counts#readerBytes()}. If there is no room, a client that attaches or subscribes to
   * more is refused and may try again; clients that are attached are not disturbed.
   *
   * @param value one or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setReaderBytes(long value) {
    readerBytes = atLeast(1, value, "readerBytes");
    return this;
  }

  /** {@return at most how many subscriptions the node has at its broker} */
  public int maxBrokerSubscriptions() {
    return maxBrokerSubscriptions;
  }

  /**
   * Sets at most how many subscriptions the node has at its broker. If room is needed, the oldest
   * subscription without readers is given up at once. If all have readers, a client that asks for
   * another is refused and may try again. At most a tenth of this number, or {@link #maxChannels}
   * if that is more, may linger without ever having been used a second time. This applies only to
   * brokers that bring only what is subscribed.
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
   * {@return how many clients may be attached from one address (with IPv6, from one /64 network);
   * zero for no limit} Behind a proxy, all clients may seem to have its address: see
   * Router.allowForward of vertx-web.
   */
  public int maxReadersPerAddress() {
    return maxReadersPerAddress;
  }

  /**
   * Sets how many clients may be attached from one address (with IPv6, from one /64 network); zero
   * for no limit. Behind a proxy, all clients may seem to have its address: see Router.allowForward
   * of vertx-web.
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
   * Sets how many messages one WebSocket may publish in a second, and one user over HTTP and all of
   * that user's WebSockets, if the application sets users; zero for no limit.
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
   * {@return how many messages the anonymous clients of one address (with IPv6, of one /64 network)
   * may publish over HTTP in a second; zero for no limit. By default ten times {@link
   * #publishesPerSecond()}}
   */
  public int publishesPerSecondPerAddress() {
    return publishesPerSecondPerAddress < 0
        ? (int) Math.min(Integer.MAX_VALUE, PUBLISHERS_PER_ADDRESS * (long) publishesPerSecond)
        : publishesPerSecondPerAddress;
  }

  /**
   * Sets how many messages the clients of one address (with IPv6, of one /64 network) for which the
   * application sets no user may publish over HTTP in a second; zero for no limit. Many clients may
   * share an address, and behind a proxy all of them do: see Router.allowForward of vertx-web.
   *
   * @param value zero or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPublishesPerSecondPerAddress(int value) {
    publishesPerSecondPerAddress = atLeast(0, value, "publishesPerSecondPerAddress");
    return this;
  }

  /** {@return how many commands one WebSocket may send in a second; zero for no limit} */
  public int commandsPerSecond() {
    return commandsPerSecond;
  }

  /**
   * Sets how many commands one WebSocket may send in a second; zero for no limit. A large command
   * counts as several; further commands wait.
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
   * {@return how long the broker may take to accept a message, or to confirm a subscription, before
   * that fails with TIMEOUT}
   */
  public Duration publishTimeout() {
    return publishTimeout;
  }

  /**
   * Sets how long the broker may take to accept a message, or to confirm a subscription, before
   * that fails with TIMEOUT.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setPublishTimeout(Duration value) {
    publishTimeout = atLeast(1, value, "publishTimeout");
    return this;
  }

  /** {@return how long the authorizer may take to decide before the request is refused} */
  public Duration authorizerTimeout() {
    return authorizerTimeout;
  }

  /**
   * Sets how long the authorizer may take to decide before the request is refused with UNAVAILABLE.
   * A later decision is ignored.
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
   * {@return at most how long a long poll is held; by default less than the 30 s that proxies
   * commonly allow (RFC 6202, section 5.5)}
   */
  public Duration longPollHold() {
    return longPollHold;
  }

  /**
   * Sets at most how long a long poll is held. It should be less than the 30 s that proxies
   * commonly allow (RFC 6202, section 5.5).
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
   * {@return how long a low-priority message may wait, after it was appended, before it answers a
   * long poll}
   */
  public Duration lowPriorityDelay() {
    return lowPriorityDelay;
  }

  /**
   * Sets how long a low-priority message may wait, after it was appended, before it answers a long
   * poll.
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
   * {@return after how long a browser's EventSource reconnects, varied by up to 30 % for each
   * connection}
   */
  public Duration retry() {
    return retry;
  }

  /**
   * Sets after how long a browser's EventSource reconnects, varied by up to 30 % for each
   * connection.
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
   * {@return how long a client may take nothing of what is written to it before it is disconnected}
   */
  public Duration stallTimeout() {
    return stallTimeout;
  }

  /**
   * Sets how long a client may take nothing of what is written to it before it is disconnected.
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
   * {@return after how many bytes a streamed HTTP response is ended, so that the client resumes
   * with a new one; zero for never} For proxies that keep everything that passes through them.
   */
  public long recycleBytes() {
    return recycleBytes;
  }

  /**
   * Sets after how many bytes a streamed HTTP response is ended, so that the client resumes with a
   * new one; zero for never. For proxies that keep everything that passes through them.
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
   * {@return how long a broker subscription outlives its last reader; by default longer than a long
   * poll's hold plus two poll intervals, so that clients that poll get no gaps}
   */
  public Duration unsubscribeLinger() {
    return unsubscribeLinger;
  }

  /**
   * Sets how long a broker subscription outlives its last reader. It should be longer than a long
   * poll's hold plus two poll intervals, so that clients that poll get no gaps.
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
   * {@return after how much silence a heartbeat is sent; empty if each transport uses its own
   * default}
   */
  public Optional<Duration> heartbeat() {
    return heartbeat;
  }

  /**
   * Sets after how much silence a heartbeat is sent, for every transport. By default each transport
   * has its own: 25 s for WebSocket, 15 s for streams.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public MillraceOptions setHeartbeat(Duration value) {
    heartbeat = Optional.of(atLeast(1, value, "heartbeat"));
    return this;
  }

  /**
   * {@return whether a reader that fell behind the log is disconnected instead of receiving a gap
   * notice}
   */
  public boolean slowReadersEnd() {
    return slowReadersEnd;
  }

  /**
   * Sets whether a reader that fell behind the log is disconnected, to reconnect later, instead of
   * receiving a gap notice.
   *
   * @param value false by default
   * @return this
   */
  public MillraceOptions setSlowReadersEnd(boolean value) {
    slowReadersEnd = value;
    return this;
  }

  /** {@return how much history a channel has if no pattern that it matches sets another} */
  public HistoryOptions history() {
    return history;
  }

  /**
   * Sets how much history a channel has if no pattern that it matches sets another.
   *
   * @param value the bounds
   * @return this
   */
  public MillraceOptions setHistory(HistoryOptions value) {
    history = Objects.requireNonNull(value);
    return this;
  }

  /** {@return the histories set for patterns, in the order in which they were set} */
  public Map<ChannelPattern, HistoryOptions> histories() {
    return Collections.unmodifiableMap(new LinkedHashMap<>(histories));
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
   * Lets clients publish to the channels that match a pattern. If there is an {@link Authorizer},
   * it must agree too.
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
   * {@return the patterns that clients may subscribe to if there is no {@link Authorizer}; none by
   * default}
   */
  public Set<ChannelPattern> subscribablePatterns() {
    return Set.copyOf(subscribablePatterns);
  }

  /**
   * Lets clients subscribe to a pattern, and to every pattern that it covers, if there is no {@link
   * Authorizer}. Names need no such permission.
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
   * @param origin scheme, host and, unless it is the scheme's default, port, for example {@code
   *     https://app.example}, {@code app://shell} or {@code file://}; {@code null} for pages that
   *     have none, such as files and sandboxed frames; or {@code *} for every page
   * @return this
   * @throws IllegalArgumentException if it is not an origin
   */
  public MillraceOptions addAllowedOrigin(String origin) {
    if (!origin.equals("*") && Origins.normal(origin).isEmpty()) {
      throw new IllegalArgumentException(
          "An origin must be scheme://host, scheme://host:port, null or *, not " + origin);
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
   * origins {@code *} and {@code null}, which any page can have: then building the node fails.
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
