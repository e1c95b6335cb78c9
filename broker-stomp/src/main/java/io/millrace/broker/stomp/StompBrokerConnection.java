package io.millrace.broker.stomp;

import io.millrace.MillraceException;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.lang.System.Logger;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * One connection to a broker, from CONNECT to its end: confirmed requests, heart-beats, messages.
 * Used only on the context on which it was connected.
 *
 * <p>Messages are handed over as they are read, and nothing is read from the socket in the
 * meantime. So a burst stays in the network, not in memory.
 */
final class StompBrokerConnection implements BrokerConnection {

  private static final Logger LOG = System.getLogger(StompBrokerConnection.class.getName());
  private static final Buffer END_OF_LINE = Buffer.buffer("\n");
  private static final long EXPIRY_MILLIS = 100;

  /** The texts of brokers that end a connection for reasons of their own. */
  private static final Pattern ENDING =
      Pattern.compile("(?i)connection.forced|shut(ting)?.?down|going down");

  private final Vertx vertx;
  private final NetSocket socket;
  private final StompBrokerOptions options;
  private final StompDecoder decoder;
  private final HeartBeat heartBeat;
  private final Pending<Void> receipts;
  private final Promise<StompBrokerConnection> connected = Promise.promise();
  private final Promise<Throwable> ended = Promise.promise();
  private final long expiry;
  private final Map<String, Consumer<StompFrame>> subscriptions = new HashMap<>();
  private Consumer<StompFrame> messages = message -> {};
  private StompVersion version = StompVersion.V1_0;
  private String server = "";
  private Destinations destinations;
  private boolean down;

  private StompBrokerConnection(Vertx vertx, NetSocket socket, StompBrokerOptions options) {
    this.vertx = vertx;
    this.socket = socket;
    this.options = options;
    this.destinations = new Destinations(options, server);
    long most = (long) options.maxMessageBytes() + StompMessages.MOST_AROUND;
    this.decoder = new StompDecoder((int) Math.min(most, Integer.MAX_VALUE), this::take);
    this.heartBeat =
        new HeartBeat(
            vertx,
            () -> write(END_OF_LINE),
            () -> end(new IOException("The broker has been silent for too long.")));
    this.receipts = new Pending<>(options.confirmTimeout());
    this.expiry = vertx.setPeriodic(EXPIRY_MILLIS, tick -> receipts.expire(System.nanoTime()));
  }

  /**
   * Connects. Called on the connection's context.
   *
   * @return completes when the broker has sent CONNECTED; fails with a {@link BrokerException} if
   *     it refuses or does not speak STOMP
   */
  static Future<StompBrokerConnection> connect(
      Vertx vertx, NetClient client, HostAndPort host, StompBrokerOptions options) {
    return client
        .connect(host.port(), host.host())
        .compose(
            socket -> {
              StompBrokerConnection connection = new StompBrokerConnection(vertx, socket, options);
              connection.begin();
              return connection.connected.future();
            });
  }

  private void begin() {
    socket.exceptionHandler(this::end);
    socket.closeHandler(closed -> end(new IOException("The broker closed the connection.")));
    socket.handler(this::read);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("accept-version", StompVersion.accepted());
    headers.put("host", options.virtualHost().orElse("/"));
    options.username().ifPresent(username -> headers.put("login", username));
    options.password().ifPresent(password -> headers.put("passcode", password));
    long beat = options.heartbeat().toMillis();
    headers.put("heart-beat", beat + "," + beat);
    write(new StompFrame(StompFrame.CONNECT, headers));
    long timer =
        vertx.setTimer(
            options.connectTimeout().toMillis(),
            late -> end(new IOException("The broker did not answer in time.")));
    connected.future().onComplete(answered -> vertx.cancelTimer(timer));
  }

  private void read(Buffer chunk) {
    if (isDown()) {
      return;
    }
    heartBeat.received();
    try {
      decoder.handle(chunk);
    } catch (BrokerException e) {
      end(e);
    } catch (RuntimeException e) {
      // Our own fault: the decoder may hold half a frame now.
      LOG.log(
          Logger.Level.ERROR,
          "The connection to the broker ends because of a fault in Millrace",
          e);
      end(e);
    }
  }

  private void take(StompFrame frame) {
    if (isDown()) {
      return;
    }
    switch (frame.command()) {
      case StompFrame.MESSAGE ->
          subscriptions
              .getOrDefault(frame.header("subscription").orElse(""), messages)
              .accept(frame);
      case "RECEIPT" -> receipts.take(frame.header("receipt-id")).ifPresent(Promise::tryComplete);
      case StompFrame.CONNECTED -> begin(frame);
      case "ERROR" -> fail(frame);
      default -> throw new BrokerException("A broker does not send " + frame.command() + ".");
    }
  }

  private void begin(StompFrame frame) {
    if (connected.future().isComplete()) {
      throw new BrokerException("The broker sent CONNECTED twice.");
    }
    String chosen = frame.header("version").orElse("1.0");
    version =
        StompVersion.of(chosen)
            .orElseThrow(
                () ->
                    new BrokerException(
                        "The broker chose a version of STOMP that was not offered."));
    server = frame.header("server").orElse("");
    destinations = new Destinations(options, server);
    decoder.setVersion(version);
    heartBeat.begin(options.heartbeat().toMillis(), frame.header("heart-beat"));
    connected.complete(this);
  }

  private void fail(StompFrame frame) {
    if (isAboutLateMessage(frame)) {
      return;
    }
    String text = frame.header("message").orElse("") + " " + frame.body().toString().strip();
    BrokerException refusal =
        new BrokerException(
            connected.future().isComplete()
                ? "The broker reports an error: " + text
                : "The broker refuses the connection: " + text);
    MillraceException typed = BrokerConnection.refused(refusal);
    if (typed.code() == MillraceException.Code.UNAVAILABLE && ENDING.matcher(text).find()) {
      // Whatever the ERROR names, the broker may have taken it before.
      end(new IOException(refusal.getMessage()));
      return;
    }
    end(refusal, () -> receipts.refuse(frame.header("receipt-id"), typed));
  }

  /**
   * RabbitMQ reports an error, but continues, for every message that was on its way to a
   * subscription that has ended.
   */
  private boolean isAboutLateMessage(StompFrame frame) {
    return StompDialect.of(server) == StompDialect.RABBITMQ
        && frame.header("message").filter("Subscription not found"::equals).isPresent();
  }

  /** {@return how channels are named at this broker} */
  Destinations destinations() {
    return destinations;
  }

  /** Sets the handler of messages of which no subscription has its own. */
  void onMessage(Consumer<StompFrame> handler) {
    messages = handler;
  }

  /** Sets the handler of the messages of one subscription. */
  void onMessage(String subscription, Consumer<StompFrame> handler) {
    subscriptions.put(subscription, handler);
  }

  /** Ignores further messages of a subscription. */
  void offMessage(String subscription) {
    subscriptions.remove(subscription);
  }

  @Override
  public String server() {
    return server;
  }

  @Override
  public Future<Throwable> ended() {
    return ended.future();
  }

  @Override
  public boolean isDown() {
    return down;
  }

  /**
   * Sends a frame and waits for its receipt.
   *
   * @return completes when the broker has confirmed; fails with a {@link MillraceException} if it
   *     does not in time, if the connection ends before, or if this version cannot express a header
   */
  Future<Void> request(String command, Map<String, String> headers, Buffer body) {
    if (isDown()) {
      return Future.failedFuture(BrokerConnection.outOfReach());
    }
    Map<String, String> all = new LinkedHashMap<>(headers);
    String id = receipts.nextId();
    all.put("receipt", id);
    try {
      write(new StompFrame(command, all, body));
    } catch (IllegalArgumentException e) {
      return Future.failedFuture(
          new MillraceException(
              MillraceException.Code.BAD_REQUEST, "The broker cannot carry this message.", e));
    }
    return receipts.await(id, System.nanoTime());
  }

  /**
   * Sends a frame.
   *
   * @throws MillraceException if this version cannot express a header
   */
  void send(String command, Map<String, String> headers, Buffer body) {
    try {
      write(new StompFrame(command, headers, body));
    } catch (IllegalArgumentException e) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST, "The broker cannot carry this message.", e);
    }
  }

  /** Acknowledges a message, if its subscription asks for that (STOMP 1.2, section "ACK"). */
  void acknowledge(StompFrame message) {
    Map<String, String> headers = new HashMap<>();
    if (version == StompVersion.V1_2) {
      message.header("ack").ifPresent(id -> headers.put("id", id));
    } else {
      for (String name : new String[] {"message-id", "subscription"}) {
        message.header(name).ifPresent(value -> headers.put(name, value));
      }
    }
    write(new StompFrame("ACK", headers));
  }

  private void write(StompFrame frame) {
    write(frame.encode(version));
  }

  private void write(Buffer bytes) {
    if (!isDown()) {
      heartBeat.sent();
      socket
          .write(bytes)
          .onFailure(failure -> LOG.log(Logger.Level.DEBUG, "A write failed", failure));
    }
  }

  /** Sends DISCONNECT; its receipt confirms everything that was sent before. */
  @Override
  public Future<Void> goodbye() {
    return request("DISCONNECT", Map.of(), Buffer.buffer());
  }

  @Override
  public void end(Throwable cause) {
    end(cause, () -> {});
  }

  private void end(Throwable cause, Runnable refusal) {
    if (down) {
      return;
    }
    down = true;
    heartBeat.stop();
    vertx.cancelTimer(expiry);
    var unused = socket.close();
    refusal.run();
    receipts.failAll(BrokerConnection.broken());
    connected.tryFail(cause);
    ended.complete(cause);
  }
}
