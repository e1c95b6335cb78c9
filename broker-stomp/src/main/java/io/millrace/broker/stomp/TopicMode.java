package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.LinkUser;
import io.millrace.spi.link.SkipCounter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Live fan-out by the broker's topics: one SUBSCRIBE for each name or pattern. Used on the link's
 * context alone.
 */
final class TopicMode implements LinkUser<StompLink> {

  /** A name or pattern that the node wants, whether or not there is a link now. */
  private static final class Wanted {
    final ChannelPattern pattern;
    final Promise<Void> confirmed = Promise.promise();

    /** Its id on the present link. */
    String id = "";

    /** The newest that came, to know what comes twice. */
    RecentIds recent = new RecentIds();

    Wanted(ChannelPattern pattern) {
      this.pattern = pattern;
    }
  }

  private final Vertx vertx;
  private final Ingress ingress;
  private final StompBrokerOptions options;
  private final SkipCounter skipped;
  private final Map<ChannelPattern, Wanted> wanted = new LinkedHashMap<>();
  private final Map<String, Wanted> byId = new HashMap<>();

  /** What was subscribed before the link broke and has not been heard of on this one. */
  private final Set<ChannelPattern> interrupted = new LinkedHashSet<>();

  private Optional<StompLink> link = Optional.empty();
  private Destinations destinations;
  private boolean degraded;
  private long lastId;

  TopicMode(Vertx vertx, Ingress ingress, StompBrokerOptions options, SkipCounter skipped) {
    this.vertx = vertx;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
    this.destinations = new Destinations(options, "");
  }

  @Override
  public void up(StompLink linked) {
    link = Optional.of(linked);
    destinations = new Destinations(options, linked.server());
    linked.onMessage(this::receive);
    interrupted.clear();
    List<Future<Void>> confirmations = new ArrayList<>();
    for (Wanted each : wanted.values()) {
      if (each.confirmed.future().isComplete()) {
        interrupted.add(each.pattern);
      }
      confirmations.add(subscribe(linked, each));
    }
    Future.join(confirmations).onSuccess(all -> restored()).onFailure(linked::end);
  }

  /** Everything is subscribed again. */
  private void restored() {
    if (!degraded) {
      return;
    }
    degraded = false;
    if (!interrupted.isEmpty()) {
      ingress.interrupted(List.copyOf(interrupted));
      interrupted.clear();
    }
    ingress.restored();
  }

  @Override
  public void down(Throwable cause) {
    link = Optional.empty();
    byId.clear();
    if (cause instanceof StompException) {
      refuse(cause);
    }
    if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  /** A subscription that the broker refuses costs the link: it must not be tried on the next. */
  private void refuse(Throwable cause) {
    List<Wanted> unconfirmed =
        wanted.values().stream().filter(each -> !each.confirmed.future().isComplete()).toList();
    for (Wanted each : unconfirmed) {
      wanted.remove(each.pattern);
      each.confirmed.tryFail(
          new MillraceException(
              MillraceException.Code.UNAVAILABLE, "The broker did not subscribe.", cause));
    }
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    return link.map(
            linked -> {
              Map<String, String> headers = destinations.send(channel);
              headers.putAll(MessageHeaders.write(message));
              return linked.request("SEND", headers, message.data()).map(Publication.unnamed());
            })
        .orElseGet(() -> Future.failedFuture(Link.outOfReach()));
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    Wanted known = wanted.get(pattern);
    if (known != null) {
      return known.confirmed.future();
    }
    Wanted added = new Wanted(pattern);
    wanted.put(pattern, added);
    // While the link is down it waits for the next, but not for ever.
    long timer =
        vertx.setTimer(
            options.receiptTimeout().toMillis(),
            late -> {
              var unused = unsubscribe(pattern);
              added.confirmed.tryFail(Link.outOfReach());
            });
    link.ifPresent(
        linked -> {
          var unused = subscribe(linked, added);
        });
    return added.confirmed.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  private Future<Void> subscribe(StompLink linked, Wanted each) {
    each.id = Long.toString(++lastId);
    each.recent = new RecentIds();
    byId.put(each.id, each);
    Map<String, String> headers = destinations.subscribe(each.pattern);
    headers.put("id", each.id);
    if (acknowledges()) {
      headers.put("ack", "client-individual");
      headers.put("prefetch-count", Integer.toString(options.prefetch()));
    }
    return linked
        .request("SUBSCRIBE", headers, Buffer.buffer())
        .onSuccess(confirmed -> each.confirmed.tryComplete());
  }

  /** RabbitMQ sends without bound what needs no acknowledgement; others look at the socket. */
  private boolean acknowledges() {
    return destinations.dialect() == StompDialect.RABBITMQ;
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    Wanted known = wanted.remove(pattern);
    if (known == null) {
      return Future.succeededFuture();
    }
    interrupted.remove(pattern);
    known.confirmed.tryFail(Link.outOfReach());
    boolean live = byId.remove(known.id) != null;
    // With the link, the subscription is gone, too.
    return link.filter(linked -> live)
        .map(linked -> linked.request("UNSUBSCRIBE", Map.of("id", known.id), Buffer.buffer()))
        .orElse(Future.succeededFuture())
        .recover(
            failure -> link.isPresent() ? Future.failedFuture(failure) : Future.succeededFuture());
  }

  @Override
  public void close() {
    link = Optional.empty();
    byId.clear();
    wanted.values().forEach(each -> each.confirmed.tryFail(Link.outOfReach()));
    wanted.clear();
  }

  private void receive(StompFrame frame) {
    Wanted meant = byId.get(frame.header("subscription").orElse(""));
    if (meant == null) {
      return; // Of a subscription that was ended meanwhile.
    }
    // It is live on this link: what may be missing was published before this message.
    if (interrupted.remove(meant.pattern)) {
      ingress.interrupted(List.of(meant.pattern));
    }
    // Artemis 2.55 may bring a message twice when a subscription begins under load.
    if (frame.header("message-id").map(meant.recent::add).orElse(true)) {
      append(meant.pattern, frame);
    }
    if (acknowledges()) {
      link.ifPresent(linked -> linked.acknowledge(frame));
    }
  }

  private void append(ChannelPattern pattern, StompFrame frame) {
    String destination = frame.header("destination").orElse("");
    Optional<String> channel = destinations.channel(pattern, destination);
    if (channel.isEmpty()) {
      skipped.add(destination, "Its name is no channel's.");
    } else if (frame.isCut()) {
      skipped.add(destination, "It is larger than maxMessageBytes.");
    } else if (pattern.matches(channel.get())) {
      try {
        ingress.append(pattern, channel.get(), MessageHeaders.read(frame.headers(), frame.body()));
      } catch (RuntimeException refused) {
        skipped.add(destination, String.valueOf(refused.getMessage()));
      }
    }
  }
}
