package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FaultProxyTest {

  private static final int PATIENCE_MILLIS = 60_000;
  private static final int MOMENT_MILLIS = 100;

  private ServerSocket target;
  private FaultProxy proxy;

  @BeforeAll
  static void bePatient() {
    Awaitility.setDefaultTimeout(Duration.ofMinutes(1)); // Machines that build are busy.
  }

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
  void bytesPassBothWaysAndAreCounted() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      exchange(far, near);
      exchange(far, near);
      assertThat(proxy.open()).isEqualTo(1);
    }
    assertThat(proxy.accepted()).isEqualTo(1);
    assertThat(proxy.passed(Direction.TO_SERVER)).isEqualTo(1);
    assertThat(proxy.passed(Direction.TO_CLIENT)).isEqualTo(2);
    await().until(() -> proxy.open() == 0);
  }

  @Test
  void anEndPassesAndTheOtherWayStaysOpen() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      far.shutdownOutput();
      assertThat(near.getInputStream().read()).isEqualTo(-1);
      exchange(near, far);
    }
  }

  @Test
  void aResetByOneEndReachesTheOther() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      Wire.resetAndClose(far);
      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aServerThatIsNotThereResetsTheClient() throws IOException {
    target.close();
    try (Socket near = connect()) {
      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aCutEndsConnectionsAndRefusesOthersUntilItIsMended() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.cut();
      assertEnded(near);
      assertEnded(far);
      assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
    }
    proxy.mend();
    assertThatNewConnectionsWork();
  }

  @Test
  void connectionsThatAreDroppedEndInOrderAndOthersAreTaken() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.drop();
      assertEnded(near);
      assertEnded(far);
    }
    assertThatNewConnectionsWork();
  }

  @Test
  void aResetIsAnErrorForBothEndsAndOthersAreTaken() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.reset();
      assertThatThrownBy(() -> near.getInputStream().read()).isInstanceOf(SocketException.class);
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    assertThatNewConnectionsWork();
  }

  @Test
  void silenceHoldsBytesUntilItIsMended() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.silence();
      near.getOutputStream().write(7);
      assertSilent(far);
      proxy.mend();
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
      assertSilent(far);
    }
  }

  @ParameterizedTest
  @EnumSource
  void oneDirectionCanBeSilentAlone(Direction direction) throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      proxy.silence(direction);
      boolean up = direction == Direction.TO_SERVER;
      (up ? near : far).getOutputStream().write(7);
      exchange(up ? far : near, up ? near : far);
      assertSilent(up ? far : near);
    }
  }

  @Test
  void whatABlackHoleHasSwallowedStaysDeadAndWhatComesLaterArrivesOnceItIsMended()
      throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.blackHole();
      near.getOutputStream().write(7);
      far.shutdownOutput();
      try (Socket later = connect();
          Socket atServer = accept()) {
        later.getOutputStream().write(8);
        assertSilent(atServer);
        proxy.mend();
        assertThat(atServer.getInputStream().read()).isEqualTo(8);
      }
      assertSilent(near);
    }
    assertThatNewConnectionsWork();
  }

  @Test
  void aClientDoesNotLearnThatTheServerHasLostItsEnd() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.halfOpen();
      assertEnded(far);
      near.getOutputStream().write(7);
      assertSilent(near);
    }
    assertThatNewConnectionsWork();
  }

  @Test
  void latencyDelaysBothWaysAndToConnectCostsARoundTrip() throws IOException {
    proxy.latency(Duration.ofMillis(50));
    long start = System.nanoTime();
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      assertThat(since(start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
      long sent = System.nanoTime();
      exchange(far, near);
      assertThat(since(sent)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
    }
  }

  @Test
  void latencyDelaysManyBytesNoMoreThanOne() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.latency(Duration.ofSeconds(1));
      long start = System.nanoTime();
      for (int i = 0; i < 100; i++) {
        near.getOutputStream().write(7);
      }
      far.getInputStream().readNBytes(100);
      assertThat(since(start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(50));
    }
  }

  @Test
  void aRateLimitsHowFastBytesArrive() throws IOException {
    proxy.rate(100_000);
    try (Socket near = connect();
        Socket far = accept()) {
      long start = System.nanoTime();
      near.getOutputStream().write(new byte[20_000]);
      near.shutdownOutput();
      assertThat(far.getInputStream().readAllBytes()).hasSize(20_000);
      assertThat(proxy.passed(Direction.TO_SERVER)).isEqualTo(20_000);
      assertThat(since(start)).isGreaterThanOrEqualTo(Duration.ofMillis(200));
      exchange(far, near);
    }
  }

  @Test
  void slicesAreReadInParts() throws IOException {
    proxy.slices(3);
    try (Socket near = connect();
        Socket far = accept()) {
      near.getOutputStream().write(new byte[100]);
      byte[] buffer = new byte[1000];
      assertThat(far.getInputStream().read(buffer)).isLessThan(100);
    }
  }

  @Test
  void idleConnectionsAreClosed() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      proxy.idleLimit(Duration.ofMillis(50));
      assertEnded(near);
      assertEnded(far);
    }
  }

  @Test
  void busyConnectionsAreClosedAtTheEndOfTheirLife() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      proxy.idleLimit(Duration.ofMinutes(1)).lifetime(Duration.ofMillis(300));
      assertThatThrownBy(
              () -> {
                while (true) {
                  exchange(near, far);
                }
              })
          .isInstanceOfAny(IOException.class, AssertionError.class);
      assertThat(proxy.open()).isZero();
    }
  }

  @Test
  void closingFreesThePort() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      proxy.close();
      assertEnded(near);
      assertEnded(far);
    }
    new ServerSocket(proxy.port(), 1, InetAddress.getLoopbackAddress()).close();
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private void assertThatNewConnectionsWork() throws IOException {
    try (Socket near = connect();
        Socket far = accept()) {
      exchange(near, far);
      exchange(far, near);
    }
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(MOMENT_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(PATIENCE_MILLIS);
  }

  private static void assertEnded(Socket socket) throws IOException {
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(proxy.host(), proxy.port());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private Socket accept() throws IOException {
    target.setSoTimeout(PATIENCE_MILLIS);
    Socket socket = target.accept();
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void exchange(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(42);
    assertThat(to.getInputStream().read()).isEqualTo(42);
  }
}
