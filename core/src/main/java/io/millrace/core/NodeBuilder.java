package io.millrace.core;

import io.millrace.Authorizer;
import io.millrace.Millrace;
import io.millrace.MillraceOptions;
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

/** Finds the plug-ins and builds a node. */
final class NodeBuilder implements Millrace.Builder {

  private static final Set<String> ANY_PAGES = Set.of("*", Origins.NONE);

  private final Vertx vertx;
  private final Map<String, Transport> transports = new LinkedHashMap<>();
  private Optional<Broker> broker = Optional.empty();
  private Optional<String> brokerName = Optional.empty();
  private JsonObject brokerConfig = new JsonObject();
  private Optional<Authorizer> authorizer = Optional.empty();
  private MillraceOptions options = new MillraceOptions();

  NodeBuilder(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  public Millrace.Builder broker(Broker chosen) {
    broker = Optional.of(chosen);
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
  public Millrace.Builder transport(Transport transport) {
    transports.put(transport.name(), transport);
    return this;
  }

  @Override
  public Millrace.Builder authorizer(Authorizer decides) {
    authorizer = Optional.of(decides);
    return this;
  }

  @Override
  public Millrace.Builder options(MillraceOptions chosen) {
    options = new MillraceOptions(chosen);
    return this;
  }

  @Override
  public Millrace build() {
    if (options.credentialsAllowed()
        && options.allowedOrigins().stream().anyMatch(ANY_PAGES::contains)) {
      throw new IllegalStateException(
          "Credentials cannot be allowed for the origins * and null, which any page can have. Name"
              + " the origins with addAllowedOrigin.");
    }
    Map<String, Transport> all = new LinkedHashMap<>(transports);
    for (Transport found : ServiceLoader.load(Transport.class)) {
      all.putIfAbsent(found.name(), found);
    }
    if (all.isEmpty()) {
      throw new IllegalStateException(
          "No transport found: add millrace-transport-websocket, -sse, -stream or -longpoll to the class path.");
    }
    List<Transport> ranked = new ArrayList<>(all.values());
    ranked.sort(Comparator.comparingInt(Transport::rank));
    MillraceNode node =
        new MillraceNode(vertx, options, broker.orElseGet(this::found), ranked, authorizer);
    node.open();
    return node;
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
