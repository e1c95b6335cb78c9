package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Peer;
import io.millrace.benchmarks.control.PeerProcess;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server that is not written in Java: a separate process on the cores of servers, with its own
 * folder and ports. This process only publishes to it over one connection, and does not count.
 */
abstract class NativePeer implements Peer {

  /** The system property with the server's cores, in the form of {@link Placement}. */
  static final String CORES = "benchmarks.cores";

  private static final int START_SECONDS = 10;
  private static final int STOP_SECONDS = 3;
  private static final String LOG = "log";

  /** Ends with the thread that started it, even if this process is killed. */
  private static final List<String> BOUND = List.of("setpriv", "--pdeathsig", "TERM");

  private final List<Process> started = new ArrayList<>(1);
  private final Path folder;
  private OutputStream out = OutputStream.nullOutputStream();

  NativePeer() throws IOException {
    Path parent = Path.of(System.getProperty("java.io.tmpdir"));
    folder = Files.createTempDirectory(Files.createDirectories(parent), "server-");
  }

  /**
   * Returns the command that starts it, in the foreground.
   *
   * @param home the folder that it may write to
   * @param configuration what {@link #configuration} returned
   */
  abstract List<String> command(Path home, Path configuration);

  /**
   * Returns its configuration.
   *
   * @param readers the port for readers, such as WebSockets
   * @param publisher the port to publish to
   */
  abstract String configuration(int readers, int publisher);

  /** Returns what a publisher sends first; the server answers it when it is ready. */
  abstract String greeting();

  /** Returns the bytes that publish a message. */
  abstract String request(String channel, String payload);

  @Override
  public final int start() throws Exception {
    List<Integer> ports = freePorts();
    Path configuration = folder.resolve("server.conf");
    Files.writeString(configuration, configuration(ports.get(0), ports.get(1)));
    List<String> command = new ArrayList<>(BOUND);
    command.addAll(command(folder, configuration));
    ProcessBuilder builder =
        new ProcessBuilder(new Placement(System.getProperty(CORES, "")).place(command))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(LOG).toFile());
    builder.environment().put("GOMAXPROCS", "1"); // There is one core for it.
    started.add(builder.start());
    connect(ports.get(1));
    return ports.get(0);
  }

  private static List<Integer> freePorts() throws IOException {
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket other = new ServerSocket(0)) {
      return List.of(one.getLocalPort(), other.getLocalPort());
    }
  }

  private void connect(int port) throws Exception {
    Socket socket = socket(port);
    socket.setTcpNoDelay(true);
    out = socket.getOutputStream();
    out.write(greeting().getBytes(StandardCharsets.ISO_8859_1));
    InputStream in = socket.getInputStream();
    if (in.read() < 0) {
      throw new IOException("closed by the server");
    }
    Thread answers = new Thread(() -> discard(in), "answers");
    answers.setDaemon(true);
    answers.start();
  }

  private Socket socket(int port) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (true) {
      try {
        return new Socket(InetAddress.getLoopbackAddress(), port);
      } catch (ConnectException e) {
        if (!started.get(0).isAlive() || System.nanoTime() > end) {
          throw new IOException("did not start: " + Files.readString(folder.resolve(LOG)), e);
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
    }
  }

  /** The readers will miss what the server refused. */
  private static void discard(InputStream answers) {
    try {
      answers.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public final void publish(String channel, String payload) {
    try {
      out.write(request(channel, payload).getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public final List<Long> processes() {
    return started.stream()
        .flatMap(process -> Stream.concat(Stream.of(process.toHandle()), process.descendants()))
        .map(ProcessHandle::pid)
        .toList();
  }

  @Override
  public final void stop() {
    for (Process process : started) {
      process.destroy();
      process.onExit().completeOnTimeout(process, STOP_SECONDS, TimeUnit.SECONDS).join();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs one.
   *
   * @param arguments the name of the server
   * @throws IOException if its folder cannot be created
   */
  public static void main(String[] arguments) throws IOException {
    PeerProcess.run(arguments[0].equals(Target.NCHAN) ? new NchanPeer() : new NatsPeer());
  }
}
