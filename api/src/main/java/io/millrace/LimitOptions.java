package io.millrace;

import io.millrace.internal.HeapShares;
import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;

/**
 * Limits: how large, how many, how often. In JSON, the group {@code limits} of {@link
 * MillraceOptions}.
 *
 * @param <T> {@link MillraceOptions}
 */
public abstract class LimitOptions<T extends LimitOptions<T>> extends RetentionOptions<T> {

  private static final long CLIENTS_PER_ADDRESS = 10;

  private static final HeapShares HEAP = HeapShares.here();

  private final OptionGroup group = groups.group("limits");

  /** Only {@link MillraceOptions} extends it. */
  LimitOptions() {}

  private final Option<Integer> maxMessageBytes =
      group.option("maxMessageBytes", Form.INT).atLeast(1).initially(16 << 20);

  /** {@return the largest payload that the application or the broker may publish, in bytes} */
  public int maxMessageBytes() {
    return maxMessageBytes.get();
  }

  /**
   * Sets the largest payload that the application or the broker may publish, in bytes. A broker may
   * have a lower limit of its own; a larger message is refused when it is published.
   *
   * @param value one or more; 16 MiB by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxMessageBytes(int value) {
    return set(maxMessageBytes, value);
  }

  private final Option<Integer> maxClientMessageBytes =
      group.option("maxClientMessageBytes", Form.INT).atLeast(1).initially(256 << 10);

  /** {@return the largest message or request body that a client may send, in bytes} */
  public int maxClientMessageBytes() {
    return maxClientMessageBytes.get();
  }

  /**
   * Sets the largest message or request body that a client may send, in bytes.
   *
   * @param value one or more; 256 KiB by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxClientMessageBytes(int value) {
    return set(maxClientMessageBytes, value);
  }

  private final Option<Long> bodyBytes =
      group.option("bodyBytes", Form.LONG).atLeast(0).initially(HEAP.bodyBytes());

  /**
   * {@return how many bytes of incoming data the node may hold for all clients together; by default
   * a thirty-second of the heap, at most 16 MiB}
   */
  public long bodyBytes() {
    return bodyBytes.get();
  }

  /**
   * Sets how many bytes of incoming data the node may hold for all clients together. A request body
   * counts the size of its buffer, plus 16 KiB for the request, until it has arrived. A WebSocket
   * message counts the size of its buffers until it has arrived, and a frame above 4 KiB until it
   * is carried out. If there is no room, whatever has been there for longest is refused: a body is
   * answered 503, a WebSocket is closed with 4104. A single one always fits.
   *
   * <p>As many bytes again may wait for the broker: each message that a client publishes counts
   * until the broker has answered, and over HTTP the request counts until it is answered. If there
   * is no room, a publish is refused with {@link MillraceException.Code#UNAVAILABLE}.
   *
   * @param value zero or more; a thirty-second of the heap, at most 16 MiB, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setBodyBytes(long value) {
    return set(bodyBytes, value);
  }

  private final Option<Integer> maxChannels =
      group.option("maxChannels", Form.INT).atLeast(1).initially(100);

  /** {@return how many names and patterns one client may subscribe to} */
  public int maxChannels() {
    return maxChannels.get();
  }

  /**
   * Sets how many names and patterns one client may subscribe to.
   *
   * @param value one or more; 100 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxChannels(int value) {
    return set(maxChannels, value);
  }

  private final Option<Integer> maxReaders =
      group.option("maxReaders", Form.INT).atLeast(1).initially(100_000);

  /** {@return how many clients may be attached to this node} */
  public int maxReaders() {
    return maxReaders.get();
  }

  /**
   * Sets how many clients may be attached to this node.
   *
   * @param value one or more; 100,000 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxReaders(int value) {
    return set(maxReaders, value);
  }

  private final Option<Long> readerBytes =
      group.option("readerBytes", Form.LONG).atLeast(1).initially(HEAP.readerBytes());

  /** {@return how many bytes of the heap all clients and their subscriptions may take} */
  public long readerBytes() {
    return readerBytes.get();
  }

  /**
   * Sets how many bytes of the heap all clients and their subscriptions may take: their
   * connections, with what is kept of their requests, and each name, pattern and filter, counted
   * once if several clients have it. The bytes are estimated, see {@link
   * Millrace.Counts#readerBytes()}. If there is no room, a client that attaches or subscribes to
   * more is refused and may try again; clients that are attached are not disturbed.
   *
   * @param value one or more; a quarter of the heap by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setReaderBytes(long value) {
    return set(readerBytes, value);
  }

  private final Option<Integer> maxBrokerSubscriptions =
      group.option("maxBrokerSubscriptions", Form.INT).atLeast(1).initially(10_000);

  /** {@return at most how many subscriptions the node has at its broker} */
  public int maxBrokerSubscriptions() {
    return maxBrokerSubscriptions.get();
  }

  /**
   * Sets at most how many subscriptions the node has at its broker. If room is needed, the oldest
   * subscription without readers is given up at once. If all have readers, a client that asks for
   * another is refused and may try again. At most a tenth of this number, or {@link #maxChannels}
   * if that is more, may linger without ever having been used a second time. This applies only to
   * brokers that bring only what is subscribed.
   *
   * @param value one or more; 10,000 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxBrokerSubscriptions(int value) {
    return set(maxBrokerSubscriptions, value);
  }

  private final Option<Integer> maxReadersPerAddress =
      group.option("maxReadersPerAddress", Form.INT).atLeast(0).initially(0);

  /**
   * {@return how many clients may be attached from one address (with IPv6, from one /64 network);
   * zero for no limit} Behind a proxy, all clients may seem to have its address: see {@link
   * MillraceOptions#addTrustedProxy}.
   */
  public int maxReadersPerAddress() {
    return maxReadersPerAddress.get();
  }

  /**
   * Sets how many clients may be attached from one address (with IPv6, from one /64 network); zero
   * for no limit. Behind a proxy, all clients may seem to have its address: see {@link
   * MillraceOptions#addTrustedProxy}.
   *
   * @param value zero or more; zero, no limit, by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxReadersPerAddress(int value) {
    return set(maxReadersPerAddress, value);
  }

  private final Option<Integer> maxReadersPerUser =
      group.option("maxReadersPerUser", Form.INT).atLeast(0).initially(1000);

  /** {@return how many clients of one user may be attached; zero for no limit} */
  public int maxReadersPerUser() {
    return maxReadersPerUser.get();
  }

  /**
   * Sets how many clients of one user may be attached; zero for no limit.
   *
   * @param value zero or more; 1,000 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setMaxReadersPerUser(int value) {
    return set(maxReadersPerUser, value);
  }

  private final Option<Integer> attachesPerSecond =
      group.option("attachesPerSecond", Form.INT).atLeast(0).initially(200);

  /**
   * {@return how often one user, or one client id at one address, may attach in a second; zero for
   * no limit}
   */
  public int attachesPerSecond() {
    return attachesPerSecond.get();
  }

  /**
   * Sets how often one user may attach in a second, or one client that has no user but says its id;
   * zero for no limit. Each long poll attaches again.
   *
   * @param value zero or more; 200 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setAttachesPerSecond(int value) {
    return set(attachesPerSecond, value);
  }

  private final Option<Integer> attachesPerSecondPerAddress =
      group.option("attachesPerSecondPerAddress", Form.INT).atLeast(0);

  /**
   * {@return how often all clients at one address (with IPv6, in one /64 network) that say no id
   * may attach in a second, and again how often clients may that are new there; zero for no limit.
   * By default ten times {@link #attachesPerSecond()}}
   */
  public int attachesPerSecondPerAddress() {
    return perAddress(attachesPerSecondPerAddress, attachesPerSecond());
  }

  /**
   * Sets how often all clients at one address (with IPv6, in one /64 network) together may attach
   * in a second: those that have no user and say no client id, and again those that say an id that
   * the node has not seen there in the last minute. Zero for no limit.
   *
   * @param value zero or more; ten times {@link #attachesPerSecond()} by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setAttachesPerSecondPerAddress(int value) {
    return set(attachesPerSecondPerAddress, value);
  }

  private static int perAddress(Option<Integer> option, int perClient) {
    return option
        .value()
        .orElseGet(() -> (int) Math.min(Integer.MAX_VALUE, CLIENTS_PER_ADDRESS * perClient));
  }

  private final Option<Integer> publishesPerSecond =
      group.option("publishesPerSecond", Form.INT).atLeast(0).initially(10);

  /**
   * {@return how many messages one WebSocket may publish in a second; one user over HTTP and all
   * their WebSockets; and over HTTP one client id at one address; zero for no limit}
   */
  public int publishesPerSecond() {
    return publishesPerSecond.get();
  }

  /**
   * Sets how many messages one WebSocket may publish in a second; one user over HTTP and all of
   * that user's WebSockets; and over HTTP one client that has no user but says its id. Zero for no
   * limit. As many may come at once.
   *
   * @param value zero or more; 10 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setPublishesPerSecond(int value) {
    return set(publishesPerSecond, value);
  }

  private final Option<Integer> publishesPerSecondPerAddress =
      group.option("publishesPerSecondPerAddress", Form.INT).atLeast(0);

  /**
   * {@return how many messages the clients of one address (with IPv6, of one /64 network) that say
   * no id may publish over HTTP in a second, and again how many those may that are new there; zero
   * for no limit. By default ten times {@link #publishesPerSecond()}}
   */
  public int publishesPerSecondPerAddress() {
    return perAddress(publishesPerSecondPerAddress, publishesPerSecond());
  }

  /**
   * Sets how many messages the clients of one address (with IPv6, of one /64 network) together may
   * publish over HTTP in a second: those that have no user and say no client id, and again those
   * that say an id that the node has not seen there in the last minute. Zero for no limit. Many
   * clients may share an address, and behind a proxy all of them do: see {@link
   * MillraceOptions#addTrustedProxy}.
   *
   * @param value zero or more; ten times {@link #publishesPerSecond()} by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setPublishesPerSecondPerAddress(int value) {
    return set(publishesPerSecondPerAddress, value);
  }

  private final Option<Integer> commandsPerSecond =
      group.option("commandsPerSecond", Form.INT).atLeast(0).initially(100);

  /** {@return how many commands one WebSocket may send in a second; zero for no limit} */
  public int commandsPerSecond() {
    return commandsPerSecond.get();
  }

  /**
   * Sets how many commands one WebSocket may send in a second; zero for no limit. A large command
   * counts as several; further commands wait.
   *
   * @param value zero or more; 100 by default
   * @return this
   * @throws IllegalArgumentException if the value is out of bounds
   */
  public T setCommandsPerSecond(int value) {
    return set(commandsPerSecond, value);
  }
}
