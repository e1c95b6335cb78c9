package io.millrace.broker.amqp;

import io.millrace.spi.remote.BrokerException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.proton.ProtonLinkOptions;
import io.vertx.proton.ProtonQoS;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.ProtonSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.message.Message;

/**
 * Creates queues at RabbitMQ 4, because only queues can be sources there. It uses a pair of links
 * to the node {@code /management}, with requests and responses as in HTTP over AMQP 1.0 (OASIS
 * working draft 06). Used only on the connection's context.
 */
final class RabbitMqManagement {

  private static final String NODE = "/management";
  private static final String QUEUES = "/queues/";
  private static final int CREDIT = 100;

  private final ProtonSender sender;
  private final ProtonReceiver receiver;
  private final Map<Object, Promise<Void>> asked = new HashMap<>();
  private final Promise<Void> opened = Promise.promise();

  /**
   * Opens the pair of links.
   *
   * @param session a session for these links only, not open yet
   */
  RabbitMqManagement(ProtonSession session) {
    session.open();
    Map<Symbol, Object> paired = Map.of(Symbol.valueOf("paired"), true);
    ProtonLinkOptions pair = new ProtonLinkOptions().setLinkName("management-link-pair");
    sender = session.createSender(NODE, pair);
    sender.setQoS(ProtonQoS.AT_MOST_ONCE);
    sender.setProperties(paired);
    receiver = session.createReceiver(NODE, pair);
    receiver.setQoS(ProtonQoS.AT_MOST_ONCE).setPrefetch(CREDIT).setProperties(paired);
    receiver.handler((delivery, response) -> answered(response));
    receiver.openHandler(
        done -> {
          if (done.succeeded()) {
            opened.tryComplete();
          } else {
            opened.tryFail(done.cause());
          }
        });
    sender.open();
    receiver.open();
  }

  /**
   * Creates a queue that is exclusive to this connection and is deleted with its receiver, and
   * binds it.
   *
   * @return the address to receive from
   */
  Future<String> bind(String exchange, String topic) {
    String queue = "millrace-" + UUID.randomUUID();
    Map<String, Object> declaration =
        Map.of("durable", false, "exclusive", true, "auto_delete", true, "arguments", Map.of());
    Map<String, Object> binding =
        Map.of(
            "source",
            exchange,
            "destination_queue",
            queue,
            "binding_key",
            topic,
            "arguments",
            Map.of());
    return opened
        .future()
        .compose(ready -> request("PUT", QUEUES + queue, declaration))
        .compose(declared -> request("POST", "/bindings", binding))
        .map(QUEUES + queue);
  }

  private Future<Void> request(String method, String path, Map<String, Object> body) {
    Message request = Proton.message();
    UUID id = UUID.randomUUID();
    request.setMessageId(id);
    request.setSubject(method);
    request.setAddress(path);
    request.setReplyTo("$me");
    request.setBody(new AmqpValue(body));
    Promise<Void> answer = Promise.promise();
    asked.put(id, answer);
    sender.send(request);
    return answer.future();
  }

  private void answered(Message response) {
    Promise<Void> answer = asked.remove(response.getCorrelationId());
    if (answer == null) {
      return;
    }
    String status = String.valueOf(response.getSubject());
    if (status.startsWith("2")) {
      answer.complete();
    } else {
      String why = response.getBody() instanceof AmqpValue value ? ": " + value.getValue() : "";
      answer.fail(new BrokerException("The broker creates no queue, status " + status + why));
    }
  }

  /** Fails everything that has not been answered: the connection is down. */
  void fail(Throwable cause) {
    List<Promise<Void>> open = new ArrayList<>(asked.values());
    asked.clear();
    opened.tryFail(cause);
    open.forEach(answer -> answer.tryFail(cause));
  }
}
