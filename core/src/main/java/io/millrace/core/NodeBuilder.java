package io.millrace.core;

import io.millrace.Auditor;
import io.millrace.Authenticator;
import io.millrace.Authorizer;
import io.millrace.BrokerPlugin;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
import io.millrace.PublishInterceptor;
import io.millrace.ReaderListener;
import io.millrace.TransportPlugin;
import io.millrace.core.http.Deciders;
import io.millrace.internal.Origins;
import io.millrace.spi.Broker;
import io.millrace.spi.Transport;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Finds the plug-ins and builds a node. */
final class NodeBuilder implements Millrace.Builder {

  private static final Set<String> ANY_PAGES = Set.of("*", Origins.NONE);

  private final Vertx vertx;
  private final Map<String, Transport> transports = new LinkedHashMap<>();
  private Optional<Broker> broker = Optional.empty();
  private Optional<String> brokerName = Optional.empty();
  private JsonObject brokerConfig = new JsonObject();
  private Optional<Authenticator> authenticator = Optional.empty();
  private Optional<Authorizer> authorizer = Optional.empty();
  private Optional<PublishInterceptor> interceptor = Optional.empty();
  private Optional<ReaderListener> listener = Optional.empty();
  private Optional<Auditor> auditor = Optional.empty();
  private MillraceOptions options = new MillraceOptions();
  private LongSupplier clock = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());

  NodeBuilder(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Millrace.Builder broker(BrokerPlugin chosen) {
    broker = Optional.of(implementing(Broker.class, chosen));
    return this;
  }

  @Override
  public Millrace.Builder broker(String name) {
    return broker(name, new JsonObject());
  }

  @Override
  public Millrace.Builder broker(String name, JsonObject config) {
    brokerName = Optional.of(name);
    brokerConfig = config.copy();
    return this;
  }

  @Override
  public Millrace.Builder transport(TransportPlugin transport) {
    transports.put(transport.name(), implementing(Transport.class, transport));
    return this;
  }

  /** The application's API does not see the SPI, so only here can its type be checked. */
  private static <T> T implementing(Class<T> contract, Object plugin) {
    if (!contract.isInstance(plugin)) {
      throw new IllegalArgumentException(
          plugin.getClass().getName()
              + " cannot be used: let it implement "
              + contract.getName()
              + ".");
    }
    return contract.cast(plugin);
  }

  @Override
  public Millrace.Builder authorizer(Authorizer decides) {
    authorizer = Optional.of(decides);
    return this;
  }

  @Override
  public Millrace.Builder authenticator(Authenticator identifies) {
    authenticator = Optional.of(identifies);
    return this;
  }

  @Override
  public Millrace.Builder interceptor(PublishInterceptor sees) {
    interceptor = Optional.of(sees);
    return this;
  }

  @Override
  public Millrace.Builder listener(ReaderListener learns) {
    listener = Optional.of(learns);
    return this;
  }

  @Override
  public Millrace.Builder auditor(Auditor learns) {
    auditor = Optional.of(learns);
    return this;
  }

  @Override
  public Millrace.Builder options(MillraceOptions chosen) {
    options = new MillraceOptions(chosen);
    return this;
  }

  /** Sets the time, in milliseconds, for tests. */
  Millrace.Builder clock(LongSupplier other) {
    clock = other;
    return this;
  }

  @Override
  public Millrace build() {
    checkOrigins();
    Map<String, Transport> all = new LinkedHashMap<>(transports);
    for (Transport found : ServiceLoader.load(Transport.class)) {
      all.putIfAbsent(found.name(), found);
    }
    if (all.isEmpty()) {
      throw new IllegalStateException(
          "No transport found: add millrace-transport-websocket, -sse, -stream or -longpoll to the class path.");
    }
    Broker serving = broker.orElseGet(this::found);
    checkCursors(serving);
    List<Transport> ranked = new ArrayList<>(all.values());
    ranked.sort(Comparator.comparingInt(Transport::rank));
    MillraceNode node =
        new MillraceNode(
            vertx,
            options,
            serving,
            ranked,
            new Deciders(authenticator, authorizer, interceptor, listener, auditor),
            clock);
    options.disabledTransports().forEach(name -> node.enableTransport(name, false));
    node.open();
    return node;
  }

  private void checkOrigins() {
    if (options.allowedOrigins().stream().noneMatch(ANY_PAGES::contains)) {
      return;
    }
    if (options.credentialsAllowed()) {
      throw new IllegalStateException(
          "Credentials cannot be allowed for the origins * and null, which any page can have. Name"
              + " the origins with addAllowedOrigin.");
    }
    if (authenticator.filter(Authenticator::usesCookies).isPresent()) {
      throw new IllegalStateException(
          "The authenticator uses cookies, which browsers send for any page, so the origins * and"
              + " null cannot be allowed. Name the origins with addAllowedOrigin, or use an"
              + " authenticator that does not use cookies.");
    }
  }

  private void checkCursors(Broker serving) {
    if (options.trafficHidden() && serving.log().isPresent()) {
      throw new IllegalStateException(
          "The broker "
              + serving.name()
              + " has a log of its own, which counts all messages, and its places are the cursors. So"
              + " traffic cannot be hidden.");
    }
  }

  private Broker found() {
    List<Broker> found = new ArrayList<>();
    ServiceLoader.load(Broker.class).forEach(found::add);
    List<String> names = found.stream().map(Broker::name).toList();
    if (brokerName.isPresent()) {
      return found.stream()
          .filter(candidate -> candidate.name().equals(brokerName.get()))
          .findFirst()
          .map(candidate -> candidate.configured(brokerConfig))
          .orElseThrow(
              () ->
                  new IllegalStateException(
                      "No broker is named \""
                          + brokerName.get()
                          + "\"; found were "
                          + names
                          + "."));
    }
    if (found.size() != 1) {
      throw new IllegalStateException(
          found.isEmpty()
              ? "No broker found: add millrace-broker-memory, or another, to the class path."
              : "Several brokers found, " + names + ": choose one with Millrace.Builder.broker.");
    }
    return found.get(0);
  }
}
