package io.millrace.tck;

/** The limits that a RabbitMQ server meets in a test. All methods block. */
final class RabbitMqLimits {

  private static final String USUAL_WATERMARK = "0.4";
  private static final String FULL = "queues/%2F/full";

  private final RabbitMq rabbit;
  private boolean alarmed;

  /** None yet. */
  RabbitMqLimits(RabbitMq rabbit) {
    this.rabbit = rabbit;
  }

  /** Lifts all but that of the queue. */
  void lift() {
    permitQueues();
    if (alarmed) {
      permitMemory();
    }
  }

  /** Lets nobody have another queue. */
  void refuseQueues() {
    limitQueues(0);
  }

  void permitQueues() {
    limitQueues(-1);
  }

  private void limitQueues(int limit) {
    rabbit.manage("PUT", "vhost-limits/%2F/max-queues", "{\"value\":" + limit + "}");
  }

  /** Raises the alarm of memory: whoever publishes is not read from any more. */
  void refuseMemory() {
    alarmed = true;
    rabbit.rabbitmqctl("set_vm_memory_high_watermark", "0.0000001");
  }

  void permitMemory() {
    rabbit.rabbitmqctl("set_vm_memory_high_watermark", USUAL_WATERMARK);
    alarmed = false;
  }

  /** Makes a queue that takes one message of a channel "full", and rejects what follows. */
  void addFullQueue() {
    String arguments = "{\"x-max-length\":1,\"x-overflow\":\"reject-publish\"}";
    rabbit.manage("PUT", FULL, "{\"arguments\":" + arguments + "}");
    rabbit.manage("POST", "bindings/%2F/e/amq.topic/q/full", "{\"routing_key\":\"#.full\"}");
  }

  /** Makes room for one more. */
  void purgeFullQueue() {
    rabbit.manage("DELETE", FULL + "/contents", "");
  }

  void deleteFullQueue() {
    rabbit.manage("DELETE", FULL, "");
  }
}
