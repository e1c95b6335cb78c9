package io.millrace.benchmarks.attack;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that follows a channel, and reconnects with its last cursor. A thread. */
final class HonestReader extends Thread {

  /** How it reads. */
  enum Technique {
    WEBSOCKET,
    SSE,
    LONG_POLL
  }

  private static final byte[] PONG = {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0};
  private static final Pattern CURSOR_OR_MARK =
      Pattern.compile("\"cursor\":\"([A-Za-z0-9_-]+)\"|" + Mark.PATTERN.pattern());

  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");
  private static final int SILENCE_MILLIS = 60_000;
  private static final int RETRY_MILLIS = 500;

  /** More than the length of anything that is searched for. */
  private static final int KEPT = 256;

  private final Technique technique;
  private final HonestChannel channel;
  private final InetAddress address;
  private final int port;
  private final CountDownLatch attached = new CountDownLatch(1);
  private final AtomicInteger connections = new AtomicInteger();
  private String cursor = "";
  private volatile boolean stopped;
  private volatile Socket socket = new Socket();

  /**
   * A reader that has not started.
   *
   * @param address its address
   * @param port the port of the server
   */
  HonestReader(Technique technique, HonestChannel channel, InetAddress address, int port) {
    super("reader of " + channel.name());
    this.technique = technique;
    this.channel = channel;
    this.address = address;
    this.port = port;
    setDaemon(true);
  }

  /** Waits until it is attached. */
  void awaitAttached() throws IOException, InterruptedException {
    if (!attached.await(SILENCE_MILLIS, TimeUnit.MILLISECONDS)) {
      throw new IOException("The " + getName() + " could not be attached in a minute.");
    }
  }

  /** Returns how many connections it has had. */
  int connections() {
    return connections.get();
  }

  /** Makes it end. */
  void finish() throws IOException {
    stopped = true;
    socket.close();
  }

  @Override
  public void run() {
    while (!stopped) {
      try (Socket opened = new Socket(InetAddress.getLoopbackAddress(), port, address, 0)) {
        socket = opened;
        opened.setTcpNoDelay(true);
        opened.setSoTimeout(SILENCE_MILLIS);
        connections.incrementAndGet();
        if (technique == Technique.LONG_POLL) {
          poll(opened);
        } else {
          follow(opened);
        }
      } catch (IOException gone) {
        pause();
      }
    }
  }

  private void pause() {
    try {
      sleep(RETRY_MILLIS);
    } catch (InterruptedException end) {
      stopped = true;
    }
  }

  private String target(String more) {
    String place = cursor.isEmpty() ? "" : "&cursor=" + cursor;
    return Requests.MOUNT + "?channels=" + channel.name() + place + more;
  }

  private void follow(Socket opened) throws IOException {
    String target = target("&format=envelope");
    byte[] request =
        (technique == Technique.WEBSOCKET
                ? Requests.upgrade(target)
                : Requests.request("GET", target, "Accept: text/event-stream"))
            .getBytes();
    opened.getOutputStream().write(request);
    InputStream in = opened.getInputStream();
    byte[] bytes = new byte[1 << 16];
    String text = "";
    String place = "";
    for (int length = in.read(bytes); length >= 0 && !stopped; length = in.read(bytes)) {
      text += new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
      if (text.startsWith("HTTP/1.1 4") || text.startsWith("HTTP/1.1 5")) {
        throw new IOException(text);
      }
      attached.countDown();
      if (technique == Technique.WEBSOCKET) {
        opened.getOutputStream().write(PONG); // It may have been asked by a ping.
      }
      Matcher found = CURSOR_OR_MARK.matcher(text);
      int end = 0;
      while (found.find()) {
        end = found.end();
        if (found.group(1) == null) {
          take(found);
          // A cursor counts once everything up to it has arrived.
          cursor = place;
        } else {
          place = found.group(1);
        }
      }
      text = text.substring(Math.max(end, text.length() - KEPT));
    }
    throw new IOException("The server ended the connection.");
  }

  private void take(Matcher found) {
    channel.receive(Integer.parseInt(found.group(2)), Long.parseLong(found.group(3)));
  }

  private void poll(Socket opened) throws IOException {
    InputStream in = opened.getInputStream();
    while (!stopped) {
      // A request without a cursor would be held before it gets one.
      String wait = cursor.isEmpty() ? "Accept: */*" : "Prefer: wait=25";
      opened.getOutputStream().write(Requests.request("GET", target(""), wait).getBytes());
      String body = body(in);
      Matcher found = CURSOR_OR_MARK.matcher(body);
      while (found.find()) {
        if (found.group(1) == null) {
          take(found);
        }
      }
      cursor = new JsonObject(body).getString("cursor");
      attached.countDown();
    }
  }

  private static String body(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("The server ended the connection.");
      }
      head.append((char) next);
    }
    Matcher length = LENGTH.matcher(head);
    if (!head.toString().startsWith("HTTP/1.1 200") || !length.find()) {
      throw new IOException(head.toString());
    }
    return new String(
        in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.ISO_8859_1);
  }
}
