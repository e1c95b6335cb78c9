package io.millrace.transport.websocket;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly the given bytes, and returns the answer. Blocks. */
final class RawClient implements AutoCloseable {
  static final String HANDSHAKE =
      """
      GET /ws HTTP/1.1
      Host: localhost
      Upgrade: websocket
      Connection: Upgrade
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
      Sec-WebSocket-Version: 13

      """
          .replace("\n", "\r\n");

  private static final int TIMEOUT_MS = 60_000;
  private static final int RECEIVE_BUFFER = 4_096;

  /** A frame from the server; it must be final, unmasked and without reserved bits. */
  record Frame(int opcode, Buffer payload) {
    /** A Close frame's code. */
    int code() {
      return payload.getUnsignedShort(0);
    }

    /** The payload as text; for a Close frame, the reason. */
    String text() {
      return opcode == Opcode.CLOSE
          ? payload.getString(2, payload.length())
          : payload.toString(StandardCharsets.UTF_8);
    }
  }

  private final Socket socket = new Socket();
  private final InputStream in;

  private RawClient(int port) throws IOException {
    socket.setReceiveBufferSize(RECEIVE_BUFFER);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    in = socket.getInputStream();
  }

  /** Connects, but sends nothing. */
  static RawClient connect(int port) throws IOException {
    return new RawClient(port);
  }

  /** Connects and opens the WebSocket. */
  static RawClient open(int port) throws IOException {
    RawClient client = new RawClient(port);
    client.send(Buffer.buffer(HANDSHAKE));
    client.expectOpened();
    return client;
  }

  void expectOpened() throws IOException {
    String head = readHead();
    if (!head.startsWith("HTTP/1.1 101 ")) {
      throw new AssertionError(head);
    }
  }

  /** Sends everything in one write, and so in one segment if it is small. */
  void send(Buffer bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes());
  }

  void send(ClientFrame... frames) throws IOException {
    send(ClientFrame.bytes(frames));
  }

  /** An HTTP response's status line and headers. */
  String readHead() throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      head.write(readByte());
      text = head.toString(StandardCharsets.US_ASCII);
    }
    return text;
  }

  Frame readFrame() throws IOException {
    DataInputStream data = new DataInputStream(in);
    int first = data.readUnsignedByte();
    if ((first & 0xF0) != 0x80) {
      throw new AssertionError("first byte 0x" + Integer.toHexString(first));
    }
    int length = data.readUnsignedByte();
    if (length == 126) {
      length = data.readUnsignedShort();
    } else if (length == 127) {
      length = Math.toIntExact(data.readLong());
    }
    byte[] payload =
        new byte[length]; // the length of a masked frame would be above 127 here, and fail
    data.readFully(payload);
    return new Frame(first & 0x0F, Buffer.buffer(payload));
  }

  String readText() throws IOException {
    Frame frame = readFrame();
    if (frame.opcode() != Opcode.TEXT) {
      throw new AssertionError(frame);
    }
    return frame.text();
  }

  /** Waits until the server ends the TCP connection in an orderly way, without sending more. */
  void expectEnd() throws IOException {
    int next = in.read();
    if (next != -1) {
      throw new AssertionError("byte 0x" + Integer.toHexString(next));
    }
  }

  byte[] readBytes(int count) throws IOException {
    return in.readNBytes(count);
  }

  /** Ends the TCP connection by a reset. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  private int readByte() throws IOException {
    int next = in.read();
    if (next == -1) {
      throw new AssertionError("the server ended the connection");
    }
    return next;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
