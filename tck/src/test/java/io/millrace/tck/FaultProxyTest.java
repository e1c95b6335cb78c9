package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

  private ServerSocket target;
  private FaultProxy proxy;

  @BeforeEach
  void start() throws IOException {
    target = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    proxy = new FaultProxy("127.0.0.1", target.getLocalPort());
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    target.close();
  }

  @Test
  void bytesPassBothWays() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      exchange(far, near);
    }
    assertThat(proxy.accepted()).isEqualTo(1);
  }

  @Test
  void anEndPasses() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      far.shutdownOutput();
      assertThat(near.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aCutEndsConnectionsAndRefusesOthersUntilItIsMended() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.cut();
      assertThat(near.getInputStream().read()).isEqualTo(-1);
      assertThat(far.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }
    proxy.mend();
    bytesPassBothWaysAgain();
  }

  @Test
  void aResetEndsConnectionsAndTakesOthers() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.reset();
      assertThat(near.getInputStream().read()).isEqualTo(-1);
      assertThat(far.getInputStream().read()).isEqualTo(-1);
    }
    bytesPassBothWaysAgain();
  }

  @Test
  void silenceHoldsBytesUntilItIsMended() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.silence();
      near.getOutputStream().write(7);
      far.setSoTimeout(200);
      assertThatThrownBy(() -> far.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      proxy.mend();
      far.setSoTimeout(60_000);
      assertThat(far.getInputStream().read()).isEqualTo(7);
      exchange(far, near);
    }
  }

  @Test
  void connectionsMadeInSilenceAreSilent() throws IOException {
    proxy.silence();
    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(7);
      far.setSoTimeout(200);
      assertThatThrownBy(() -> far.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  private void bytesPassBothWaysAgain() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      exchange(far, near);
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(proxy.host(), proxy.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private Socket accept() throws IOException {
    target.setSoTimeout(60_000);
    Socket socket = target.accept();
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void exchange(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(42);
    assertThat(to.getInputStream().read()).isEqualTo(42);
  }
}
