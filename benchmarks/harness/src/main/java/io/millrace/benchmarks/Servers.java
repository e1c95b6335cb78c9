package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Peer;
import io.millrace.tck.RabbitMq;
import io.millrace.testkit.Needed;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How each server is started. Those in separate modules have their own class path: {@code
 * <server>/target/<server>.jar}, whose manifest names the rest.
 */
final class Servers {

  /**
   * A heap that is enough for every server except one that keeps everything that slow readers do
   * not read, which then ends; and the collector that Java chooses on one core.
   */
  private static final List<String> FAST =
      List.of("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError");

  /** A heap that is no larger than its contents. */
  private static final List<String> SMALL =
      List.of(
          "-Xms16m",
          "-Xmx2g",
          "-XX:+UseSerialGC",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10");

  /** The timeout that docs/operating.md advises. Enforcing it costs something for each write. */
  private static final int IDLE_SECONDS = 60;

  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final Path home;
  private final Placement placement;
  private final List<String> further;

  /**
   * The servers.
   *
   * @param home the folder {@code benchmarks}
   * @param placement the cores
   * @param further options of their JVMs, for a profiler
   */
  Servers(Path home, Placement placement, List<String> further) {
    this.home = home;
    this.placement = placement;
    this.further = further;
  }

  /** Returns whether a server can be started. */
  boolean has(String server) {
    return need(server).isHere();
  }

  /** Returns what a server needs of this machine. */
  Needed need(String server) {
    if (Target.ON_RABBITMQ.contains(server)) {
      return Needed.of("RabbitMQ", "apt-get install rabbitmq-server", RabbitMq::isInstalled);
    }
    return switch (server) {
      case Target.WS -> nodePackage("ws");
      case Target.SOCKETIO -> nodePackage("socket.io");
      case Target.NCHAN ->
          Needed.of(
              "nginx with nchan",
              "apt-get install nginx-light libnginx-mod-nchan",
              NchanPeer::isInstalled);
      case Target.NATS -> Needed.of("NATS", "apt-get install nats-server", NatsPeer::isInstalled);
      default ->
          Needed.of(
              server,
              "mvn package -DskipTests -pl benchmarks/" + server + " -am",
              () -> Target.ON_CLASS_PATH.contains(server) || Files.exists(jar(server)));
    };
  }

  private Needed nodePackage(String name) {
    return Needed.of(
        name + " on Node.js", "npm ci --prefix benchmarks/node", () -> hasPackage(name));
  }

  private boolean hasPackage(String name) {
    return Executable.named("node").isPresent() && Files.exists(manifest(name));
  }

  private Path manifest(String name) {
    return home.resolve(Path.of("node", "node_modules", name, "package.json"));
  }

  /** Returns the path of the libraries of servers that are built here. */
  List<Path> folders() {
    return Stream.of("harness", "cometd", "spring")
        .map(module -> home.resolve(Path.of(module, "target", "lib")))
        .filter(Files::isDirectory)
        .toList();
  }

  /** Returns the versions of servers that are not written in Java, if they are installed. */
  String versions() throws IOException {
    List<String> versions = new ArrayList<>();
    Executable.says("node", "--version").ifPresent(version -> versions.add("Node " + version));
    for (String name : List.of("ws", "socket.io")) {
      if (hasPackage(name)) {
        JsonObject manifest = new JsonObject(Files.readString(manifest(name)));
        versions.add(name + " " + manifest.getString("version"));
      }
    }
    Executable.says("nginx", "-v").ifPresent(versions::add);
    Executable.says("nats-server", "--version").ifPresent(versions::add);
    Executable.says("rabbitmqctl", "version")
        .ifPresent(version -> versions.add("RabbitMQ " + version));
    return String.join(", ", versions);
  }

  private Path jar(String server) {
    return home.resolve(Path.of(server, "target", server + ".jar"));
  }

  /** Returns the command that starts a server, placed on its cores. */
  List<String> command(String server, Scenario.Kind kind) {
    return switch (server) {
      case Target.WS, Target.SOCKETIO -> placement.place(node(server, kind));
      case Target.NCHAN, Target.NATS -> publisher(server);
      default -> placement.place(java(server, kind));
    };
  }

  private List<String> node(String server, Scenario.Kind kind) {
    List<String> command = new ArrayList<>(List.of(Executable.path("node"), "--expose-gc"));
    if (kind == Scenario.Kind.IDLE) {
      command.add("--max-semi-space-size=1"); // MB of young objects, as in a small heap.
    }
    command.add(home.resolve(Path.of("node", server + ".js")).toString());
    return command;
  }

  /** This process is not placed itself, only the server that it starts. */
  private List<String> publisher(String server) {
    return List.of(
        JAVA,
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-D" + NativePeer.CORES + "=" + placement.cores(),
        "-Djava.io.tmpdir=" + home.resolve("target").toAbsolutePath().normalize(),
        "-cp",
        System.getProperty("java.class.path"),
        NativePeer.class.getName(),
        server);
  }

  private List<String> java(String server, Scenario.Kind kind) {
    List<String> command = new ArrayList<>();
    command.add(JAVA);
    command.addAll(kind == Scenario.Kind.IDLE ? SMALL : FAST);
    command.add("-D" + Peer.IDLE + "=" + IDLE_SECONDS);
    command.addAll(further);
    if (Target.ON_CLASS_PATH.contains(server)) {
      command.addAll(
          List.of(
              "-cp", System.getProperty("java.class.path"), HarnessPeers.class.getName(), server));
    } else {
      command.addAll(List.of("-jar", jar(server).toString()));
    }
    return command;
  }
}
