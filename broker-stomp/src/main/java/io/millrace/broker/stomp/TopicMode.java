package io.millrace.broker.stomp;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.MessageHeaders;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.LinkUser;
import io.millrace.spi.link.Publishers;
import io.millrace.spi.link.SkipCounter;
import io.millrace.spi.link.Trials;
import io.millrace.spi.link.Window;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Live fan-out by the broker's topics: one SUBSCRIBE for each name or pattern. If a broker refuses
 * something, it ends the link. So a request is sent on the link that brings messages only after the
 * broker has accepted it on another link. Used only on the link's context.
 */
final class TopicMode implements LinkUser<StompLink> {

  private static final long MISSING_MILLIS = 1_000;

  /** A name or pattern that the node wants, whether or not there is a link now. */
  private static final class Wanted {
    final ChannelPattern pattern;
    final Promise<Void> confirmed = Promise.promise();

    /** Its id on the current link. */
    String id = "";

    /** The queue that was handed over to it on that link, and that must not outlive it. */
    Optional<String> queue = Optional.empty();

    /** The newest messages, to recognize those that arrive twice. */
    RecentIds recent = new RecentIds();

    Wanted(ChannelPattern pattern) {
      this.pattern = pattern;
    }

    boolean isConfirmed() {
      return confirmed.future().isComplete();
    }
  }

  private final String node = UUID.randomUUID().toString();
  private final Vertx vertx;
  private final Ingress ingress;
  private final StompBrokerOptions options;
  private final SkipCounter skipped;
  private final Map<ChannelPattern, Wanted> wanted = new LinkedHashMap<>();
  private final Map<String, Wanted> byId = new HashMap<>();

  private final Publishers<StompLink> publishers;
  private final Trials<StompLink> trials;

  /** Those that were subscribed before, and that the broker refuses now. */
  private final Set<Wanted> missing = new LinkedHashSet<>();

  /**
   * Those that were subscribed before the link broke, and for which nothing has arrived on this
   * one.
   */
  private final Set<ChannelPattern> interrupted = new LinkedHashSet<>();

  private Optional<StompLink> link = Optional.empty();
  private Destinations destinations;
  private boolean degraded;

  /** Whether the last link broke because the broker refused something. */
  private boolean cautious;

  private long lastId;

  /**
   * Makes a topic mode.
   *
   * @param links makes further links, on the same context
   */
  TopicMode(
      Vertx vertx,
      Ingress ingress,
      StompBrokerOptions options,
      SkipCounter skipped,
      Supplier<Future<StompLink>> links) {
    this.vertx = vertx;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
    this.destinations = new Destinations(options, "");
    this.publishers = new Publishers<>(vertx, links, options.confirmTimeout());
    this.trials = new Trials<>(vertx, links, options.confirmTimeout());
  }

  @Override
  public void up(StompLink linked) {
    link = Optional.of(linked);
    destinations = new Destinations(options, linked.server());
    linked.onMessage(this::receive);
    interrupted.clear();
    missing.clear();
    publishers.retry();
    trials.retry();
    List<Wanted> all = List.copyOf(wanted.values());
    all.stream().filter(Wanted::isConfirmed).forEach(each -> interrupted.add(each.pattern));
    Window.each(all, each -> bringOver(linked, each))
        .onSuccess(over -> restored(linked))
        .onFailure(linked::end);
  }

  private Future<Void> bringOver(StompLink linked, Wanted each) {
    if (wanted.get(each.pattern) != each) {
      return Future.succeededFuture(); // It was left before its turn came.
    }
    Future<Void> taken = cautious ? introduce(linked, each) : subscribe(linked, each);
    return taken.recover(
        refused -> linked.isDown() ? Future.failedFuture(refused) : Future.succeededFuture());
  }

  /** Called when everything is subscribed again. */
  private void restored(StompLink linked) {
    if (!degraded || linked.isDown()) {
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
    cautious = cause instanceof StompException || !missing.isEmpty();
    if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  @Override
  public Future<Publication> publish(String channel, Message message) {
    if (link.isEmpty()) {
      return Future.failedFuture(Link.outOfReach());
    }
    Map<String, String> headers = destinations.send(channel);
    headers.putAll(MessageHeaders.write(message));
    return publishers
        .publish(channel, linked -> linked.request("SEND", headers, message.data()))
        .map(Publication.unnamed());
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    Wanted known = wanted.get(pattern);
    if (known != null) {
      return known.confirmed.future();
    }
    Wanted added = new Wanted(pattern);
    wanted.put(pattern, added);
    // While the link is down, it waits for the next one, but not forever.
    long timer =
        vertx.setTimer(
            options.confirmTimeout().toMillis(),
            late -> {
              var unused = unsubscribe(pattern);
              added.confirmed.tryFail(Link.outOfReach());
            });
    link.ifPresent(
        linked -> {
          var unused = introduce(linked, added);
        });
    return added.confirmed.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /**
   * Subscribes first on a link that may break, and then on the one that must not.
   *
   * @return fails if the broker refuses. Then the subscription is given up, or if it was subscribed
   *     before, it is requested again from time to time
   */
  private Future<Void> introduce(StompLink linked, Wanted each) {
    return trials
        .ask("subscribe " + each.pattern, true, trial -> tryOut(trial, linked, each))
        .onSuccess(taken -> each.confirmed.tryComplete())
        .onFailure(
            refused -> {
              if (linked.isDown() || wanted.get(each.pattern) != each) {
                return;
              }
              if (each.isConfirmed()) {
                missing.add(each);
                vertx.setTimer(MISSING_MILLIS, due -> bringBack(linked, each));
              } else {
                wanted.remove(each.pattern);
                each.confirmed.tryFail(refused);
              }
            });
  }

  private void bringBack(StompLink linked, Wanted each) {
    if (!linked.isDown() && wanted.get(each.pattern) == each) {
      introduce(linked, each)
          .onSuccess(
              back -> {
                missing.remove(each);
                ingress.interrupted(List.of(each.pattern));
              });
    }
  }

  private Future<Void> tryOut(StompLink trial, StompLink linked, Wanted each) {
    String id = Long.toString(++lastId);
    Map<String, String> headers = destinations.subscribe(each.pattern);
    headers.put("id", id);
    Optional<String> queue = destinations.queue(node + "-" + id);
    queue.ifPresent(name -> headers.putAll(Destinations.named(name)));
    Future<Void> tried = trial.request("SUBSCRIBE", headers, Buffer.buffer());
    // A queue is handed over, because the broker might refuse a second one. Two links must never
    // read it at the same time, because each would get half of the messages.
    return queue.isPresent()
        ? tried.compose(taken -> leave(trial, id)).compose(left -> subscribe(linked, each, queue))
        : tried.compose(taken -> moveOver(trial, id, linked, each));
  }

  /**
   * Subscribes, and then ends the trial. How that ends does not matter any more: Artemis may refuse
   * to end a subscription to a pattern (ARTEMIS-6199), although it permits to subscribe.
   */
  private Future<Void> moveOver(StompLink trial, String id, StompLink linked, Wanted each) {
    return subscribe(linked, each)
        .transform(subscribed -> leave(trial, id).transform(left -> (Future<Void>) subscribed));
  }

  private static Future<Void> leave(StompLink trial, String id) {
    return trial.request("UNSUBSCRIBE", Map.of("id", id), Buffer.buffer());
  }

  private Future<Void> subscribe(StompLink linked, Wanted each) {
    return subscribe(linked, each, Optional.empty())
        .onSuccess(confirmed -> each.confirmed.tryComplete());
  }

  private Future<Void> subscribe(StompLink linked, Wanted each, Optional<String> queue) {
    if (linked.isDown() || wanted.get(each.pattern) != each) {
      return Future.failedFuture(Link.outOfReach());
    }
    each.id = Long.toString(++lastId);
    each.queue = queue;
    each.recent = new RecentIds();
    byId.put(each.id, each);
    Map<String, String> headers = destinations.subscribe(each.pattern);
    queue.ifPresent(name -> headers.putAll(Destinations.named(name)));
    headers.put("id", each.id);
    if (acknowledges()) {
      headers.put("ack", "client-individual");
      headers.put("prefetch-count", Integer.toString(options.prefetch()));
    }
    // If the answer came late, the link would bring everything twice after it was requested again.
    return linked
        .request("SUBSCRIBE", headers, Buffer.buffer())
        .onFailure(failed -> linked.end(new IOException("The broker did not subscribe in time.")));
  }

  /** RabbitMQ sends without limit if nothing is acknowledged; others wait for the socket. */
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
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("id", known.id);
    known.queue.ifPresent(name -> headers.putAll(Destinations.deleting(name)));
    // If the link is gone, the subscription is gone, too.
    return link.filter(linked -> live)
        .map(linked -> linked.request("UNSUBSCRIBE", headers, Buffer.buffer()))
        .orElse(Future.succeededFuture())
        .recover(
            failure -> link.isPresent() ? Future.failedFuture(failure) : Future.succeededFuture());
  }

  @Override
  public Future<Void> close() {
    link = Optional.empty();
    byId.clear();
    wanted.values().forEach(each -> each.confirmed.tryFail(Link.outOfReach()));
    wanted.clear();
    return Future.join(publishers.close(), trials.close()).mapEmpty();
  }

  private void receive(StompFrame frame) {
    Wanted meant = byId.get(frame.header("subscription").orElse(""));
    if (meant == null) {
      return; // Of a subscription that has ended in the meantime.
    }
    // It is live on this link: any missing messages were published before this one.
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
      skipped.add(destination, "Its destination is not a valid channel.");
    } else if (frame.isFlawed()) {
      skipped.add(destination, frame.flaw());
    } else if (pattern.matches(channel.get())) {
      try {
        ingress.append(
            pattern, channel.get(), StompMessages.read(frame, options.maxMessageBytes()));
      } catch (RuntimeException refused) {
        skipped.add(destination, String.valueOf(refused.getMessage()));
      }
    }
  }
}
