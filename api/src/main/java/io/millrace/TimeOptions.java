package io.millrace;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import java.time.Duration;
import java.util.Optional;

/**
 * Times: how often something happens, how long it may take, and how long it is waited for. In JSON,
 * the group {@code times} of {@link MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class TimeOptions<T extends TimeOptions<T>> extends LimitOptions<T> {

  private final OptionGroup group = groups.group("times");

  /** Only {@link MillraceOptions} extends it. */
  TimeOptions() {}

  private final Option<Duration> heartbeat = group.option("heartbeat", Form.TIME).atLeast(1);

  /**
   * {@return after how much silence a heartbeat is sent; empty if each transport uses its own
   * default}
   */
  public Optional<Duration> heartbeat() {
    return heartbeat.value();
  }

  /**
   * Sets after how much silence a heartbeat is sent, for every transport. By default each transport
   * has its own; those of Millrace send one after 15 s. A client that is gone is noticed after this
   * time and {@link #stallTimeout}, at the latest.
   *
   * @param value a millisecond or more
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setHeartbeat(Duration value) {
    return set(heartbeat, value);
  }

  private final Option<Duration> longPollHold =
      group.option("longPollHold", Form.TIME).atLeast(1).initially(Duration.ofSeconds(25));

  /**
   * {@return at most how long a long poll is held; by default less than the 30 s that proxies
   * commonly allow (RFC 6202, section 5.5)}
   */
  public Duration longPollHold() {
    return longPollHold.get();
  }

  /**
   * Sets at most how long a long poll is held. It should be less than the 30 s that proxies
   * commonly allow (RFC 6202, section 5.5).
   *
   * @param value a millisecond or more; 25 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setLongPollHold(Duration value) {
    return set(longPollHold, value);
  }

  private final Option<Duration> pollInterval =
      group.option("pollInterval", Form.TIME).atLeast(1).initially(Duration.ofSeconds(15));

  /** {@return how often a polling client should poll} */
  public Duration pollInterval() {
    return pollInterval.get();
  }

  /**
   * Sets how often a polling client should poll.
   *
   * @param value a millisecond or more; 15 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setPollInterval(Duration value) {
    return set(pollInterval, value);
  }

  private final Option<Duration> retry =
      group.option("retry", Form.TIME).atLeast(1).initially(Duration.ofSeconds(3));

  /**
   * {@return after how long a browser's EventSource reconnects, varied by up to 30 % for each
   * connection}
   */
  public Duration retry() {
    return retry.get();
  }

  /**
   * Sets after how long a browser's EventSource reconnects, varied by up to 30 % for each
   * connection.
   *
   * @param value a millisecond or more; 3 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRetry(Duration value) {
    return set(retry, value);
  }

  private final Option<Integer> lowPriorityCount =
      group.option("lowPriorityCount", Form.INT).atLeast(1).initially(10);

  /** {@return how many low-priority messages are enough to answer a long poll} */
  public int lowPriorityCount() {
    return lowPriorityCount.get();
  }

  /**
   * Sets how many low-priority messages are enough to answer a long poll.
   *
   * @param value one or more; 10 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setLowPriorityCount(int value) {
    return set(lowPriorityCount, value);
  }

  private final Option<Integer> lowPriorityBytes =
      group.option("lowPriorityBytes", Form.INT).atLeast(1).initially(4096);

  /** {@return how many bytes of low-priority messages are enough to answer a long poll} */
  public int lowPriorityBytes() {
    return lowPriorityBytes.get();
  }

  /**
   * Sets how many bytes of low-priority messages are enough to answer a long poll.
   *
   * @param value one or more; 4096 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setLowPriorityBytes(int value) {
    return set(lowPriorityBytes, value);
  }

  private final Option<Duration> lowPriorityDelay =
      group.option("lowPriorityDelay", Form.TIME).atLeast(0).initially(Duration.ofSeconds(1));

  /**
   * {@return how long a low-priority message may wait, after it was appended, before it answers a
   * long poll}
   */
  public Duration lowPriorityDelay() {
    return lowPriorityDelay.get();
  }

  /**
   * Sets how long a low-priority message may wait, after it was appended, before it answers a long
   * poll.
   *
   * @param value zero or more; 1 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setLowPriorityDelay(Duration value) {
    return set(lowPriorityDelay, value);
  }

  private final Option<Duration> publishTimeout =
      group.option("publishTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(10));

  /**
   * {@return how long the broker may take to accept a message, or to confirm a subscription, before
   * that fails with TIMEOUT}
   */
  public Duration publishTimeout() {
    return publishTimeout.get();
  }

  /**
   * Sets how long the broker may take to accept a message, or to confirm a subscription, before
   * that fails with TIMEOUT.
   *
   * @param value a millisecond or more; 10 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setPublishTimeout(Duration value) {
    return set(publishTimeout, value);
  }

  private final Option<Duration> authorizerTimeout =
      group.option("authorizerTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(10));

  /** {@return how long the authorizer may take to decide before the request is refused} */
  public Duration authorizerTimeout() {
    return authorizerTimeout.get();
  }

  /**
   * Sets how long the authorizer may take to decide before the request is refused with UNAVAILABLE.
   * A later decision is ignored.
   *
   * @param value a millisecond or more; 10 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setAuthorizerTimeout(Duration value) {
    return set(authorizerTimeout, value);
  }

  private final Option<Duration> decisionLifetime =
      group.option("decisionLifetime", Form.TIME).atLeast(0).initially(Duration.ofSeconds(10));

  /** {@return how long it is remembered that a connection may publish to a channel} */
  public Duration decisionLifetime() {
    return decisionLifetime.get();
  }

  /**
   * Sets how long it is remembered that the authorizer lets a connection publish to a channel.
   *
   * @param value zero or more; 10 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setDecisionLifetime(Duration value) {
    return set(decisionLifetime, value);
  }

  private final Option<Duration> expiryGrace =
      group.option("expiryGrace", Form.TIME).atLeast(0).initially(Duration.ofSeconds(5));

  /** {@return for how long after their expiry credentials still count on a connection} */
  public Duration expiryGrace() {
    return expiryGrace.get();
  }

  /**
   * Sets for how long after the expiry of its credentials a client may still read what it is
   * attached to.
   *
   * @param value zero or more; 5 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setExpiryGrace(Duration value) {
    return set(expiryGrace, value);
  }

  private final Option<Duration> revocationLifetime =
      group.option("revocationLifetime", Form.TIME).atLeast(1).initially(Duration.ofDays(1));

  /** {@return how long it is remembered what was taken away from a user} */
  public Duration revocationLifetime() {
    return revocationLifetime.get();
  }

  /**
   * Sets how long it is remembered what was taken away from a user. It must be longer than
   * credentials live that were issued before.
   *
   * @param value a millisecond or more; a day by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setRevocationLifetime(Duration value) {
    return set(revocationLifetime, value);
  }

  private final Option<Duration> ticketLifetime =
      group.option("ticketLifetime", Form.TIME).atLeast(1).initially(Duration.ofSeconds(30));

  /** {@return how long a ticket may be used} */
  public Duration ticketLifetime() {
    return ticketLifetime.get();
  }

  /**
   * Sets how long a ticket may be used.
   *
   * @param value a millisecond or more; 30 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setTicketLifetime(Duration value) {
    return set(ticketLifetime, value);
  }

  private final Option<Duration> bodyTimeout =
      group.option("bodyTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(30));

  /** {@return how long a request body or a WebSocket message may take to arrive} */
  public Duration bodyTimeout() {
    return bodyTimeout.get();
  }

  /**
   * Sets how long a request body may take to arrive, from the head of the request to the last byte,
   * and a WebSocket message, from its first byte to its last. After that, the request is refused
   * and its connection closed (over HTTP/2, its stream); a WebSocket is closed with 4104.
   *
   * @param value a millisecond or more; 30 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setBodyTimeout(Duration value) {
    return set(bodyTimeout, value);
  }

  private final Option<Duration> stallTimeout =
      group.option("stallTimeout", Form.TIME).atLeast(1).initially(Duration.ofSeconds(30));

  /**
   * {@return how long a client may take nothing of what is written to it, or not show that it is
   * there, before it is disconnected}
   */
  public Duration stallTimeout() {
    return stallTimeout.get();
  }

  /**
   * Sets how long a client may take nothing of what is written to it, or not show that it is there,
   * before it is disconnected. A WebSocket shows that by anything that it sends, such as the answer
   * to a ping; over HTTP/2, a connection by the answer to a ping. With other streams only TCP can
   * tell, by what is acknowledged, and only if Vert.x uses a native transport (epoll or io_uring).
   *
   * @param value a millisecond or more; 30 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setStallTimeout(Duration value) {
    return set(stallTimeout, value);
  }

  private final Option<Duration> unsubscribeLinger =
      group.option("unsubscribeLinger", Form.TIME).atLeast(0).initially(Duration.ofSeconds(60));

  /**
   * {@return how long a broker subscription outlives its last reader; by default longer than a long
   * poll's hold plus two poll intervals, so that clients that poll get no gaps}
   */
  public Duration unsubscribeLinger() {
    return unsubscribeLinger.get();
  }

  /**
   * Sets how long a broker subscription outlives its last reader. It should be longer than a long
   * poll's hold plus two poll intervals, so that clients that poll get no gaps.
   *
   * @param value zero or more; 60 s by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setUnsubscribeLinger(Duration value) {
    return set(unsubscribeLinger, value);
  }
}
