package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Peer;
import io.millrace.benchmarks.control.PeerProcess;

/** The servers that run on the class path of the harness. */
final class HarnessPeers {

  private HarnessPeers() {}

  private static Peer named(String name) {
    return switch (name) {
      case Target.BARE -> new BarePeer();
      case Target.JOINED -> new JoinedPeer();
      case Target.SOCKJS -> new SockJsPeer();
      case Target.MILLRACE -> new MillracePeer();
      case Target.MILLRACE_JWT -> new MillraceJwtPeer();
      case Target.MILLRACE_TOPIC -> new MillraceRabbitMqPeer("topic");
      case Target.MILLRACE_STREAM -> new MillraceRabbitMqPeer("stream");
      case Target.RABBITMQ -> new WebStompPeer();
      default -> throw new IllegalArgumentException("no such server: " + name);
    };
  }

  /**
   * Runs a server.
   *
   * @param arguments the name of the server
   */
  public static void main(String[] arguments) {
    PeerProcess.run(named(arguments[0]));
  }
}
