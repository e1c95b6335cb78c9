package io.millrace.tck;

/** What a user of RabbitMQ may do with topics, by their names after a prefix. */
public final class RabbitMqRefusals implements BrokerRefusals {

  private static final String EXCHANGE = "amq.topic";

  private final RabbitMq rabbit;
  private final String username;
  private final String prefix;

  /**
   * Nothing is refused yet.
   *
   * @param rabbit the server
   * @param username a user of it
   * @param prefix what the routing keys of channels begin with
   */
  public RabbitMqRefusals(RabbitMq rabbit, String username, String prefix) {
    this.rabbit = rabbit;
    this.username = username;
    this.prefix = prefix;
  }

  @Override
  public void refuse(String channel) {
    String others = "^(?!" + (prefix + channel).replace(".", "\\.") + "$)";
    rabbit.rabbitmqctl("set_topic_permissions", username, EXCHANGE, others, others);
  }

  @Override
  public void permit() {
    rabbit.rabbitmqctl("clear_topic_permissions", username);
  }
}
