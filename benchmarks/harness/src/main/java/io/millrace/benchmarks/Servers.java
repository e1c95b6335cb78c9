package io.millrace.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How each server is started. */
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

  private final Placement placement;

  Servers(Placement placement) {
    this.placement = placement;
  }

  /** Returns the command that starts a server, placed on its cores. */
  List<String> command(String server, Scenario.Kind kind) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(kind == Scenario.Kind.IDLE ? SMALL : FAST);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), VertxPeer.class.getName(), server));
    return placement.place(command);
  }
}
