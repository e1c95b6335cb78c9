package io.millrace.tck;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** One TCP connection. Bytes that nobody reads stay in the kernel's buffers. */
final class Wire implements AutoCloseable {

  private static final int RECEIVE_BUFFER = 64 << 10;

  private final Socket socket = new Socket();
  private final byte[] buffer = new byte[64 << 10];

  Wire(int port) {
    try {
      // Set before connecting, because it decides the window that is offered (RFC 7323).
      socket.setReceiveBufferSize(RECEIVE_BUFFER);
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void send(byte[] bytes) {
    try {
      socket.getOutputStream().write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the bytes that arrived in time, if any; an empty optional if the connection has ended.
   */
  Optional<byte[]> read(Duration patience, int limit) {
    try {
      socket.setSoTimeout((int) Math.max(1, patience.toMillis()));
      InputStream in = socket.getInputStream();
      int length = in.read(buffer, 0, Math.min(limit, buffer.length));
      return length < 0 ? Optional.empty() : Optional.of(Arrays.copyOf(buffer, length));
    } catch (SocketTimeoutException nothing) {
      return Optional.of(new byte[0]);
    } catch (IOException reset) {
      return Optional.empty();
    }
  }

  /** Ends the connection by a reset: data in flight is lost in both directions. */
  void reset() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
