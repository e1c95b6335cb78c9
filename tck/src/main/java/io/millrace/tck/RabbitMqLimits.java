package io.millrace.tck;

/** Sets limits that a RabbitMQ server reaches in a test. All methods block. */
final class RabbitMqLimits {

  private static final String USUAL_WATERMARK = "0.4";
  private static final String FULL = "queues/%2F/full";

  private final RabbitMq rabbit;
  private boolean alarmed;

  /** No limit is set yet. */
  RabbitMqLimits(RabbitMq rabbit) {
    this.rabbit = rabbit;
  }

  /** Lifts all limits, except that of the queue. */
  void lift() {
    permitQueues();
    if (alarmed) {
      permitMemory();
    }
  }

  /** Makes the server refuse further queues. */
  void refuseQueues() {
    limitQueues(0);
  }

  void permitQueues() {
    limitQueues(-1);
  }

  private void limitQueues(int limit) {
    rabbit.manage("PUT", "vhost-limits/%2F/max-queues", "{\"value\":" + limit + "}");
  }

  /** Raises the memory alarm: the server no longer reads from connections that publish. */
  void refuseMemory() {
    alarmed = true;
    rabbit.rabbitmqctl("set_vm_memory_high_watermark", "0.0000001");
  }

  void permitMemory() {
    rabbit.rabbitmqctl("set_vm_memory_high_watermark", USUAL_WATERMARK);
    alarmed = false;
  }

  /**
   * Makes a queue that takes one message from the channel "full", and rejects those that follow.
   */
  void addFullQueue() {
    String arguments = "{\"x-max-length\":1,\"x-overflow\":\"reject-publish\"}";
    rabbit.manage("PUT", FULL, "{\"arguments\":" + arguments + "}");
    rabbit.manage("POST", "bindings/%2F/e/amq.topic/q/full", "{\"routing_key\":\"#.full\"}");
  }

  /** Empties that queue, so that it takes one more. */
  void purgeFullQueue() {
    rabbit.manage("DELETE", FULL + "/contents", "");
  }

  void deleteFullQueue() {
    rabbit.manage("DELETE", FULL, "");
  }
}
