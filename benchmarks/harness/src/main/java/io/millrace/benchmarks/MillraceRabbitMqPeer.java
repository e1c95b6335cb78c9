package io.millrace.benchmarks;

import io.millrace.Millrace;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** Millrace on a RabbitMQ, which counts too. Every message goes there and comes back. */
final class MillraceRabbitMqPeer extends MillracePeer {

  private final RabbitMqProcess rabbitMq = new RabbitMqProcess();
  private final String mode;

  /**
   * A server.
   *
   * @param mode the mode of the broker {@code stomp}
   */
  MillraceRabbitMqPeer(String mode) {
    this.mode = mode;
  }

  @Override
  Millrace.Builder broker(Millrace.Builder builder) {
    rabbitMq.start();
    return builder.broker(
        "stomp", new JsonObject().put("uri", rabbitMq.stompUri()).put("mode", mode));
  }

  @Override
  public List<Long> processes() {
    return List.of(ProcessHandle.current().pid(), rabbitMq.pid());
  }
}
