package io.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How each server is started. Those of modules of their own have a class path of their own: {@code
 * <server>/target/<server>.jar}, whose manifest names the rest.
 */
final class Servers {

  /** A heap that no run outgrows, and the collector that Java takes itself on one core. */
  private static final List<String> FAST = List.of("-Xms1g", "-Xmx1g", "-XX:+UseSerialGC");

  /** A heap that is no larger than what is in it. */
  private static final List<String> SMALL =
      List.of(
          "-Xms16m",
          "-Xmx2g",
          "-XX:+UseSerialGC",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10");

  private final Path home;
  private final Placement placement;
  private final List<String> further;

  /**
   * The servers.
   *
   * @param home the folder {@code benchmarks}
   * @param placement on which cores
   * @param further options of their JVMs, for a profiler
   */
  Servers(Path home, Placement placement, List<String> further) {
    this.home = home;
    this.placement = placement;
    this.further = further;
  }

  /** Returns whether a server can be started. */
  boolean has(String server) {
    return Target.ON_VERTX.contains(server) || Files.exists(jar(server));
  }

  private Path jar(String server) {
    return home.resolve(Path.of(server, "target", server + ".jar"));
  }

  /** Returns the command that starts a server, placed on its cores. */
  List<String> command(String server, Scenario.Kind kind) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(kind == Scenario.Kind.IDLE ? SMALL : FAST);
    command.addAll(further);
    if (Target.ON_VERTX.contains(server)) {
      command.addAll(
          List.of("-cp", System.getProperty("java.class.path"), VertxPeer.class.getName(), server));
    } else {
      command.addAll(List.of("-jar", jar(server).toString()));
    }
    return placement.place(command);
  }
}
