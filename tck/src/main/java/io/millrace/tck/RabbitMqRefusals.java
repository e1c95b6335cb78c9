package io.millrace.tck;

import io.vertx.core.json.JsonObject;

/** Makes RabbitMQ refuse topics to a user, by their names after a prefix. */
public final class RabbitMqRefusals implements BrokerRefusals {

  private static final String EXCHANGE = "amq.topic";

  private final RabbitMq rabbit;
  private final String username;
  private final String prefix;

  /**
   * Makes refusals; nothing is refused yet.
   *
   * @param rabbit the server
   * @param username one of its users
   * @param prefix the prefix of the routing keys of channels
   */
  public RabbitMqRefusals(RabbitMq rabbit, String username, String prefix) {
    this.rabbit = rabbit;
    this.username = username;
    this.prefix = prefix;
  }

  @Override
  public void refuse(String channel) {
    allow("^(?!" + (prefix + channel).replace(".", "\\.") + "$)");
  }

  @Override
  public void permit() {
    allow(".*");
  }

  private void allow(String topics) {
    rabbit.manage(
        "PUT",
        "topic-permissions/%2F/" + username,
        new JsonObject()
            .put("exchange", EXCHANGE)
            .put("write", topics)
            .put("read", topics)
            .encode());
  }
}
