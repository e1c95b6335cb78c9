package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.spi.remote.BrokerConnection;
import io.millrace.spi.remote.BrokerException;
import io.vertx.amqp.AmqpClient;
import io.vertx.amqp.AmqpClientOptions;
import io.vertx.amqp.AmqpConnection;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.HostAndPort;
import io.vertx.proton.ProtonConnection;
import io.vertx.proton.ProtonSender;
import io.vertx.proton.ProtonSession;
import io.vertx.proton.sasl.SaslSystemException;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.security.sasl.SaslException;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.apache.qpid.proton.message.Message;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a broker, from OPEN to its end: a session with a sender for everything that is
 * published, and a session for each receiver of a subscription. Used only on the context on which
 * it was connected.
 */
final class AmqpBrokerConnection implements BrokerConnection {

  private static final long EXPIRY_MILLIS = 100;

  /**
   * Conditions of AMQP 1.0, sections 2.8.15 and 2.8.18, for which another attempt does not help.
   */
  private static final Set<String> LASTING =
      Set.of(
          "amqp:unauthorized-access",
          "amqp:not-found",
          "amqp:not-allowed",
          "amqp:not-implemented",
          "amqp:precondition-failed",
          "amqp:resource-limit-exceeded",
          "amqp:link:message-size-exceeded",
          "amqp:invalid-field");

  private final Vertx vertx;
  private final AmqpBrokerOptions options;
  private final AmqpConnection connection;
  private final ProtonConnection proton;
  private final ProtonSession session;
  private final Sessions sessions;
  private final AmqpDialect dialect;
  private final Promise<Throwable> ended = Promise.promise();
  private final long expiry;
  private Optional<Outgoing> outgoing = Optional.empty();
  private Optional<RabbitMqManagement> management = Optional.empty();
  private boolean down;

  private AmqpBrokerConnection(Vertx vertx, AmqpBrokerOptions options, AmqpConnection connection) {
    this.vertx = vertx;
    this.options = options;
    this.connection = connection;
    this.proton = connection.unwrap();
    this.dialect = options.dialect().or(this::announced).orElseThrow(this::unknown);
    this.session = proton.createSession();
    this.sessions = new Sessions(vertx, proton, options.confirmTimeout());
    this.expiry = vertx.setPeriodic(EXPIRY_MILLIS, tick -> outgoing.ifPresent(Outgoing::expire));
  }

  /**
   * Connects. Called on the connection's context.
   *
   * @return completes when messages can be published; fails with a {@link BrokerException} if the
   *     broker refuses or is of an unknown kind
   */
  static Future<AmqpBrokerConnection> connect(
      Vertx vertx, AmqpBrokerOptions options, HostAndPort host) {
    Promise<AmqpBrokerConnection> connected = Promise.promise();
    long timer =
        vertx.setTimer(
            options.connectTimeout().toMillis(),
            late -> connected.tryFail(new IOException("The broker did not answer in time.")));
    AmqpClient.create(vertx, client(options, host))
        .connect()
        .compose(
            connection -> {
              if (connected.future().isComplete()) {
                return connection.close().mapEmpty();
              }
              try {
                AmqpBrokerConnection made = new AmqpBrokerConnection(vertx, options, connection);
                connected.future().onFailure(made::end);
                return made.begin();
              } catch (BrokerException unknown) {
                return connection.close().transform(closed -> Future.failedFuture(unknown));
              }
            })
        .onComplete(
            begun -> {
              if (begun.succeeded() && begun.result() != null) {
                connected.tryComplete(begun.result());
              } else if (begun.failed()) {
                connected.tryFail(refusal(begun.cause()));
              }
            });
    return connected.future().onComplete(answered -> vertx.cancelTimer(timer));
  }

  private static Throwable refusal(Throwable failure) {
    boolean lasting =
        failure instanceof SaslException
            && !(failure instanceof SaslSystemException system && !system.isPermanent());
    return lasting
        ? new BrokerException("The broker refuses the connection: " + failure.getMessage())
        : failure;
  }

  private static AmqpClientOptions client(AmqpBrokerOptions options, HostAndPort host) {
    int connectMillis = (int) Math.min(options.connectTimeout().toMillis(), 1 << 30);
    int beatMillis = (int) Math.min(options.heartbeat().toMillis(), 1 << 29);
    AmqpClientOptions client = new AmqpClientOptions(options.net());
    client.setConnectTimeout(connectMillis);
    client.setHost(host.host()).setPort(host.port()).setHeartbeat(beatMillis);
    // ActiveMQ accepts no second connection of the same name.
    client.setContainerId("millrace-" + UUID.randomUUID());
    if (beatMillis > 0) {
      // The engine checks only from time to time, and not before the connection is open.
      client.setReadIdleTimeout(
          (int) client.getIdleTimeoutUnit().convert(2L * beatMillis, TimeUnit.MILLISECONDS));
    }
    options.username().ifPresent(client::setUsername);
    options.password().ifPresent(client::setPassword);
    options.virtualHost().ifPresent(name -> client.setConnectionHostname("vhost:" + name));
    return client;
  }

  private Optional<AmqpDialect> announced() {
    return AmqpDialect.of(property("product"), property("version"));
  }

  private BrokerException unknown() {
    return new BrokerException(
        "The broker calls itself \""
            + property("product")
            + "\", which is unknown. Set the dialect.");
  }

  private String property(String name) {
    Map<Symbol, Object> properties = proton.getRemoteProperties();
    return properties == null
        ? ""
        : Optional.ofNullable(properties.get(Symbol.valueOf(name)))
            .map(Object::toString)
            .orElse("");
  }

  private Future<AmqpBrokerConnection> begin() {
    connection.exceptionHandler(broken -> end(reason(proton.getRemoteCondition(), broken)));
    connection
        .closeFuture()
        .onComplete(done -> end(new IOException("The broker closed the connection.")));
    session.closeHandler(
        closed -> end(reason(session.getRemoteCondition(), new IOException(closed.cause()))));
    session.open();
    Promise<AmqpBrokerConnection> begun = Promise.promise();
    ended.future().onSuccess(begun::tryFail);
    ProtonSender sender = session.createSender(addresses().target().orElse(null));
    sender.openHandler(
        opened -> {
          if (opened.succeeded()) {
            boolean released = dialect == AmqpDialect.RABBITMQ_4;
            outgoing =
                Optional.of(new Outgoing(sender, released, options.confirmTimeout().toNanos()));
            begun.tryComplete(this);
          } else {
            end(reason(sender.getRemoteCondition(), opened.cause()));
          }
        });
    sender.closeHandler(closed -> end(reason(sender.getRemoteCondition(), refused(closed))));
    sender.detachHandler(detached -> end(reason(sender.getRemoteCondition(), refused(detached))));
    sender.open();
    return begun.future();
  }

  private static IOException refused(AsyncResult<?> link) {
    return new IOException("The broker accepts no more messages.", link.cause());
  }

  /** The reason that the peer gave, if it means that another attempt will not help. */
  private static Throwable reason(@Nullable ErrorCondition told, Throwable otherwise) {
    return told != null && LASTING.contains(String.valueOf(told.getCondition()))
        ? refusal(told)
        : otherwise;
  }

  /** {@return how channels are named at this broker} */
  Addresses addresses() {
    return new Addresses(options, dialect);
  }

  @Override
  public String server() {
    return (property("product") + " " + property("version")).strip();
  }

  @Override
  public Optional<String> advice() {
    return dialect == AmqpDialect.RABBITMQ_3
        ? Optional.of(
            "RabbitMQ before version 4 keeps the queues of AMQP 1.0 subscriptions that have ended."
                + " Let them expire with a policy, as the documentation of AmqpDialect.RABBITMQ_3 says.")
        : Optional.empty();
  }

  /** Returns whether the tags of deliveries are their numbers within the session. */
  boolean numbersDeliveries() {
    return dialect == AmqpDialect.RABBITMQ_3;
  }

  /** {@return the session that lasts as long as the connection} */
  ProtonSession session() {
    return session;
  }

  /** {@return the sessions that begin and end while the connection lasts} */
  Sessions sessions() {
    return sessions;
  }

  /** {@return the address from which a name or pattern can now be received} */
  Future<String> source(ChannelPattern pattern) {
    return addresses()
        .source(pattern)
        .map(Future::succeededFuture)
        .orElseGet(() -> management().bind(options.exchange(), addresses().topic(pattern)));
  }

  private RabbitMqManagement management() {
    if (management.isEmpty()) {
      ProtonSession own = proton.createSession();
      RabbitMqManagement made = new RabbitMqManagement(own);
      management = Optional.of(made);
      own.closeHandler(
          closed -> {
            management = Optional.empty();
            own.close();
            made.fail(refusal(own.getRemoteCondition()));
          });
    }
    return management.get();
  }

  static BrokerException refusal(@Nullable ErrorCondition told) {
    return new BrokerException(
        "The broker refuses: "
            + (told == null ? "" : told.getCondition() + " " + told.getDescription()));
  }

  @Override
  public Future<Throwable> ended() {
    return ended.future();
  }

  @Override
  public boolean isDown() {
    return down;
  }

  /**
   * Publishes a message that has its address.
   *
   * @return completes when the broker has accepted the message; fails with a {@link
   *     MillraceException} if it has not, if it does not do so in time, or if the connection ends
   *     before
   */
  Future<Void> publish(Message message) {
    return outgoing
        .filter(ready -> !down)
        .map(ready -> ready.publish(message))
        .orElseGet(() -> Future.failedFuture(BrokerConnection.outOfReach()));
  }

  /** Fails if something takes too long. The result always completes on the connection's context. */
  Future<Void> inTime(Future<Void> done, String what) {
    Promise<Void> promise = Promise.promise();
    long timer =
        vertx.setTimer(
            options.confirmTimeout().toMillis(),
            late ->
                promise.tryFail(
                    new MillraceException(
                        MillraceException.Code.TIMEOUT,
                        "The broker did not " + what + " in time.",
                        new TimeoutException())));
    done.onComplete(promise::tryComplete, promise::tryFail);
    return promise.future().onComplete(over -> vertx.cancelTimer(timer));
  }

  /** Sends CLOSE. */
  @Override
  public Future<Void> goodbye() {
    return connection.close();
  }

  @Override
  public void end(Throwable cause) {
    if (down) {
      return;
    }
    down = true;
    sessions.down();
    vertx.cancelTimer(expiry);
    proton.disconnect();
    outgoing.ifPresent(Outgoing::fail);
    management.ifPresent(used -> used.fail(cause));
    ended.complete(cause);
  }
}
