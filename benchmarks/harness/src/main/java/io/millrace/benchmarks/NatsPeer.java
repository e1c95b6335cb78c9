package io.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** NATS: a subject for each channel, and readers over WebSocket. */
final class NatsPeer extends NativePeer {

  /** A reader may be as far behind as with the other servers. */
  private static final String CONFIGURATION =
      """
      max_pending: 1GB
      write_deadline: "10m"
      ping_interval: "24h"
      websocket { listen: "127.0.0.1:%d", no_tls: true, compression: false }
      listen: "127.0.0.1:%d"
      """;

  NatsPeer() throws IOException {}

  static boolean isInstalled() {
    return Executable.named("nats-server").isPresent();
  }

  @Override
  List<String> command(Path home, Path configuration) {
    return List.of(Executable.path("nats-server"), "-c", configuration.toString());
  }

  @Override
  String configuration(int readers, int publisher) {
    return CONFIGURATION.formatted(readers, publisher);
  }

  @Override
  String greeting() {
    return "CONNECT {\"verbose\":false}\r\n";
  }

  @Override
  String request(String channel, String payload) {
    return "PUB " + channel + " " + payload.length() + "\r\n" + payload + "\r\n";
  }
}
