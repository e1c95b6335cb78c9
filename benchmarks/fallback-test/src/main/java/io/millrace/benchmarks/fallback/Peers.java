package io.millrace.benchmarks.fallback;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the servers that are compared. */
final class Peers {

  static final String MILLRACE = "millrace";
  private static final String SOCKJS = "sockjs";
  private static final String SOCKETIO = "socketio";

  /** The page, as it is in the sources. */
  private static final Path PAGE =
      Path.of("fallback-test/src/main/resources/io/millrace/benchmarks/fallback");

  private Peers() {}

  static String title(String name) {
    return switch (name) {
      case SOCKJS -> "sockjs-client with Vert.x";
      case SOCKETIO -> "Socket.IO";
      default -> "Millrace";
    };
  }

  /**
   * Finds a server.
   *
   * @param home the folder of the benchmarks
   * @return the server; empty if it is not installed
   * @throws IllegalArgumentException if there is no server of this name
   */
  static Optional<Peer> find(String name, Path home) {
    Path node = home.resolve("node");
    Path modules = node.resolve("node_modules");
    Path sockJs = modules.resolve(Path.of("sockjs-client", "dist", "sockjs.min.js"));
    return switch (name) {
      case MILLRACE -> Optional.of(new MillracePeer());
      case SOCKJS ->
          Optional.of(sockJs).filter(Files::exists).map(library -> new SockJsPeer(library));
      case SOCKETIO ->
          Optional.of(node.resolve("fallback.js"))
              .filter(program -> Files.exists(modules.resolve("socket.io")))
              .map(program -> new SocketIoPeer(program, home.resolve(PAGE)));
      default -> throw new IllegalArgumentException("There is no peer " + name);
    };
  }
}
