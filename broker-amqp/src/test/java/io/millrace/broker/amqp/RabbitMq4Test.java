package io.millrace.broker.amqp;

import static io.millrace.tck.Patience.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.spi.remote.BrokerException;
import io.millrace.tck.RecordingIngress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonDelivery;
import io.vertx.proton.ProtonReceiver;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.ProtonServer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.amqp.messaging.Released;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests what is sent to RabbitMQ 4, with a peer that answers as its documentation says. The
 * contract test shows whether that is right, if its server is a container of that version.
 */
class RabbitMq4Test {

  private final Vertx vertx = Vertx.vertx();
  private final RecordingIngress ingress = new RecordingIngress(vertx);
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<String, String> queues = new ConcurrentHashMap<>();
  private final Map<String, ProtonSender> consumers = new ConcurrentHashMap<>();
  private final List<ProtonConnection> connections = new CopyOnWriteArrayList<>();
  private volatile boolean firstIsStuck;
  private volatile String status = "201";
  private volatile String product = "RabbitMQ";
  private String url = "";
  private AmqpBroker broker;

  @BeforeEach
  void open() {
    ProtonServer server = ProtonServer.create(vertx).connectHandler(this::serve);
    int port =
        Future.<ProtonServer>future(done -> server.listen(0, "127.0.0.1", done::handle))
            .await()
            .actualPort();
    url = "amqp://127.0.0.1:" + port;
    broker = new AmqpBroker(new AmqpBrokerOptions().setUri(url));
    broker.open(ingress).await();
  }

  @AfterEach
  void close() {
    broker.close().await();
    vertx.close().await();
  }

  private void serve(ProtonConnection connection) {
    connection.setProperties(
        new HashMap<>(
            Map.of(Symbol.valueOf("product"), product, Symbol.valueOf("version"), "4.1.0")));
    connections.add(connection);
    connection
        .openHandler(opened -> connection.open())
        .closeHandler(closed -> connection.close())
        .sessionOpenHandler(session -> session.open())
        .senderOpenHandler(
            sender -> {
              if (!firstIsStuck || connection != connections.get(0)) {
                consume(sender);
              }
            })
        .receiverOpenHandler(this::take);
  }

  private void consume(ProtonSender sender) {
    sender.setSource(sender.getRemoteSource()).setTarget(sender.getRemoteTarget());
    consumers.put(sender.getRemoteSource().getAddress(), sender);
    sender.closeHandler(
        closed -> {
          consumers.values().remove(sender);
          sender.close();
        });
    sender.open();
  }

  private void take(ProtonReceiver receiver) {
    receiver.setSource(receiver.getRemoteSource()).setTarget(receiver.getRemoteTarget());
    boolean anonymous = receiver.getRemoteTarget().getAddress() == null;
    receiver.handler(
        (delivery, message) -> {
          if (anonymous) {
            route(delivery, message);
          } else {
            manage(message);
          }
        });
    receiver.open();
  }

  private void manage(org.apache.qpid.proton.message.Message request) {
    Map<?, ?> body = (Map<?, ?>) ((AmqpValue) request.getBody()).getValue();
    requests.add(request.getSubject() + " " + request.getAddress().replaceAll("-.*", "-…"));
    if (request.getAddress().equals("/bindings")) {
      queues.put(
          "/queues/" + body.get("destination_queue"),
          body.get("source") + "/" + body.get("binding_key"));
    } else {
      assertThat(body.get("exclusive")).isEqualTo(true);
      assertThat(body.get("auto_delete")).isEqualTo(true);
    }
    org.apache.qpid.proton.message.Message response = Proton.message();
    response.setCorrelationId(request.getMessageId());
    response.setSubject(status);
    consumers.get("/management").send(response);
  }

  private void route(ProtonDelivery delivery, org.apache.qpid.proton.message.Message message) {
    String key = message.getAddress().replace("/exchanges/amq.topic/", "");
    message.setAddress(null);
    message.setSubject(null);
    message.setMessageAnnotations(
        new MessageAnnotations(Map.of(Symbol.valueOf("x-routing-key"), key)));
    List<ProtonSender> bound =
        queues.entrySet().stream()
            .filter(queue -> consumers.containsKey(queue.getKey()))
            .filter(
                queue ->
                    key.matches(queue.getValue().replace("amq.topic/", "").replace("*", "[^.]+")))
            .map(queue -> consumers.get(queue.getKey()))
            .toList();
    bound.forEach(sender -> sender.send(message));
    delivery.disposition(bound.isEmpty() ? Released.getInstance() : Accepted.getInstance(), true);
  }

  @Test
  void aLinkThatIsStuckIsEndedAndTheNextTakesTheSubscription() {
    firstIsStuck = true;
    broker.subscribe(ChannelPattern.of("a")).await();
    assertThat(connections.size()).isGreaterThan(2);
    broker.publish("a", Message.json(1)).await();
    await().until(() -> !ingress.received().isEmpty());
  }

  @Test
  void aSubscriptionIsAQueueOfItsOwnThatIsBound() {
    broker.subscribe(ChannelPattern.of("a.*")).await();
    // It is tried first on another link.
    assertThat(requests)
        .containsExactly(
            "PUT /queues/millrace-…", "POST /bindings", "PUT /queues/millrace-…", "POST /bindings");
    assertThat(queues.values()).containsOnly("amq.topic/millrace.a.*");
    broker.publish("a.b", Message.json("한글").withEvent("e")).await();
    await().until(() -> ingress.received().size() == 1);
    assertThat(ingress.received().get(0).channel()).isEqualTo("a.b");
    assertThat(ingress.received().get(0).message().json()).contains("한글");
    assertThat(ingress.received().get(0).message().event()).isEqualTo("e");
    broker.unsubscribe(ChannelPattern.of("a.*")).await();
    assertThat(consumers).containsOnlyKeys("/management");
  }

  @Test
  void whatIsReleasedHadNobodySubscribed() {
    broker.publish("nobody.here", Message.json(1)).await();
  }

  @Test
  void aQueueThatIsRefusedFailsTheSubscription() {
    status = "403";
    assertThatThrownBy(() -> broker.subscribe(ChannelPattern.of("a")).await())
        .isInstanceOfSatisfying(MillraceException.class, e -> assertThat(e.retryable()).isFalse())
        .hasRootCauseMessage("The broker creates no queue, status 403");
    status = "201";
    broker.subscribe(ChannelPattern.of("b")).await();
    assertThat(ingress.events()).isEmpty();
  }

  @Test
  void aKindThatIsNotKnownFailsTheStartUnlessItIsSet() {
    product = "Other";
    AmqpBroker unknown = new AmqpBroker(new AmqpBrokerOptions().setUri(url));
    assertThatThrownBy(() -> unknown.open(ingress).await())
        .isInstanceOf(BrokerException.class)
        .hasMessageContaining("Other");
    AmqpBroker set =
        new AmqpBroker(new AmqpBrokerOptions().setUri(url).setDialect(AmqpDialect.RABBITMQ_4));
    set.open(ingress).await();
    set.close().await();
  }
}
