package io.millrace.broker.stomp;

import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/** A peer that sends exactly what a test says. By default it sends CONNECTED, and confirms. */
final class FakeBroker {

  /** A connection, newest last in {@link #connections}. */
  static final class Connection {
    private final NetSocket socket;
    final List<StompFrame> frames = new CopyOnWriteArrayList<>();
    final List<Buffer> chunks = new CopyOnWriteArrayList<>();
    volatile boolean closed;

    private Connection(NetSocket socket) {
      this.socket = socket;
    }

    void send(String raw) {
      socket.write(raw).await();
    }

    void send(Buffer raw) {
      socket.write(raw).await();
    }

    /** Ends the connection after everything was sent. */
    void socketEnds() {
      var unused = socket.end();
    }

    void sendLater(String raw) {
      var unused = socket.write(raw);
    }

    void close() {
      socket.close().await();
    }

    List<StompFrame> frames(String command) {
      return frames.stream().filter(frame -> frame.command().equals(command)).toList();
    }

    StompFrame only(String command) {
      List<StompFrame> found = frames(command);
      if (found.size() != 1) {
        throw new AssertionError(found.size() + " frames " + command + " in " + frames);
      }
      return found.get(0);
    }
  }

  private static final AtomicLong MESSAGES = new AtomicLong();

  final List<Connection> connections = new CopyOnWriteArrayList<>();
  volatile String connected = "CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0";
  volatile BiConsumer<Connection, StompFrame> behaviour = FakeBroker::confirm;
  final int port;

  FakeBroker(Vertx vertx) {
    this(vertx, new NetServerOptions());
  }

  FakeBroker(Vertx vertx, NetServerOptions options) {
    port =
        vertx
            .createNetServer(options)
            .connectHandler(this::accept)
            .listen(0, "localhost")
            .await()
            .actualPort();
  }

  private void accept(NetSocket socket) {
    Connection connection = new Connection(socket);
    connections.add(connection);
    StompDecoder decoder =
        new StompDecoder(
            1 << 20,
            frame -> {
              connection.frames.add(frame);
              if (frame.command().equals("CONNECT")) {
                socket.write(connected);
              } else {
                behaviour.accept(connection, frame);
              }
            });
    socket.closeHandler(closed -> connection.closed = true);
    socket.exceptionHandler(reset -> {});
    socket.handler(
        chunk -> {
          connection.chunks.add(chunk);
          try {
            decoder.handle(chunk);
          } catch (BrokerException noStomp) {
            socket.write("ERROR\nmessage:what is this\n\n\0");
            socket.close();
          }
        });
  }

  static void confirm(Connection connection, StompFrame frame) {
    frame
        .header("receipt")
        .ifPresent(id -> connection.sendLater("RECEIPT\nreceipt-id:" + id + "\n\n\0"));
  }

  /** The connection that brings messages, until it breaks; others are made later. */
  Connection first() {
    return connections.get(0);
  }

  Connection newest() {
    return connections.get(connections.size() - 1);
  }

  StompBrokerOptions options() {
    return new StompBrokerOptions().setHosts(List.of("localhost:" + port));
  }

  static String message(String subscription, String destination, Map<String, String> headers) {
    StringBuilder text =
        new StringBuilder("MESSAGE\nsubscription:" + subscription)
            .append("\ndestination:" + destination + "\n");
    if (!headers.containsKey("message-id")) {
      text.append("message-id:m" + MESSAGES.incrementAndGet() + "\n");
    }
    headers.forEach((name, value) -> text.append(name + ":" + value + "\n"));
    return text.append("\n\"body\"\0\n").toString();
  }
}
