package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.LinkUser;
import io.millrace.spi.link.SkipCounter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.qpid.proton.message.Message;

/**
 * Live fan-out by the broker's topics: one receiver for each name or pattern. Used on the link's
 * context alone.
 */
final class TopicMode implements LinkUser<AmqpLink> {

  /** A name or pattern that the node wants, whether or not there is a link now. */
  private static final class Wanted {
    final ChannelPattern pattern;
    final Promise<Void> confirmed = Promise.promise();

    /** On the present link. */
    Optional<Receiver> receiver = Optional.empty();

    /** Whether the broker was asked for it on the present link. */
    boolean asked;

    Wanted(ChannelPattern pattern) {
      this.pattern = pattern;
    }
  }

  private final Vertx vertx;
  private final Ingress ingress;
  private final AmqpBrokerOptions options;
  private final SkipCounter skipped;
  private final Map<ChannelPattern, Wanted> wanted = new LinkedHashMap<>();

  /** What was subscribed before and has not been heard of since. */
  private final Set<ChannelPattern> interrupted = new LinkedHashSet<>();

  private Optional<AmqpLink> link = Optional.empty();

  /** Completes when the broker has been asked for all that was subscribed to until now. */
  private Future<Void> attached = Future.succeededFuture();

  /** Completes when nothing more comes of what was given up until now. */
  private Future<Void> detached = Future.succeededFuture();

  private boolean degraded;

  TopicMode(Vertx vertx, Ingress ingress, AmqpBrokerOptions options, SkipCounter skipped) {
    this.vertx = vertx;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
  }

  @Override
  public void up(AmqpLink linked) {
    link = Optional.of(linked);
    attached = Future.succeededFuture();
    detached = Future.succeededFuture();
    interrupted.clear();
    List<Future<Void>> confirmations = new ArrayList<>();
    for (Wanted each : List.copyOf(wanted.values())) {
      if (each.confirmed.future().isComplete()) {
        interrupted.add(each.pattern);
      }
      confirmations.add(attach(linked, each));
    }
    inTime(Future.join(confirmations).mapEmpty(), "subscribe")
        .onSuccess(all -> restored(linked))
        .onFailure(linked::end);
  }

  /** Fails if something takes too long; on the link's context, either way. */
  private Future<Void> inTime(Future<Void> done, String what) {
    Promise<Void> promise = Promise.promise();
    long timer =
        vertx.setTimer(
            options.confirmTimeout().toMillis(),
            late ->
                promise.tryFail(
                    new MillraceException(
                        MillraceException.Code.TIMEOUT,
                        "The broker did not " + what + " in time.")));
    done.onComplete(promise::tryComplete, promise::tryFail);
    return promise.future().onComplete(over -> vertx.cancelTimer(timer));
  }

  /** Everything is subscribed again. */
  private void restored(AmqpLink linked) {
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
    if (cause instanceof AmqpException) {
      List.copyOf(wanted.values()).stream()
          .filter(each -> each.asked && !each.confirmed.future().isComplete())
          .forEach(each -> refuse(each, cause));
    }
    wanted
        .values()
        .forEach(
            each -> {
              each.receiver = Optional.empty();
              each.asked = false;
            });
    if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  /** RabbitMQ ends the session, Artemis the link: either way it must not be tried again. */
  private void refuse(Wanted each, Throwable cause) {
    wanted.remove(each.pattern, each);
    each.confirmed.tryFail(
        new MillraceException(
            MillraceException.Code.UNAVAILABLE, "The broker did not subscribe.", cause));
  }

  @Override
  public Future<Publication> publish(String channel, io.millrace.Message message) {
    return link.map(
            linked -> {
              Message written = AmqpMessages.write(message);
              linked.addresses().address(written, channel);
              return linked.publish(written).map(Publication.unnamed());
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
            options.confirmTimeout().toMillis(),
            late -> {
              var unused = unsubscribe(pattern);
            });
    link.ifPresent(
        linked ->
            attach(linked, added)
                .onFailure(
                    refused -> {
                      if (!linked.isDown()) {
                        refuse(added, refused);
                      }
                    }));
    return added.confirmed.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** Asks for a subscription, where need be after those before it are gone. */
  private Future<Void> attach(AmqpLink linked, Wanted each) {
    if (linked.reusesHandlesSafely()) {
      return ask(linked, each);
    }
    Promise<Void> asked = Promise.promise();
    attached = attached.transform(before -> asked.future());
    return detached.compose(
        nothingMore -> {
          try {
            return ask(linked, each);
          } finally {
            asked.complete();
          }
        });
  }

  private Future<Void> ask(AmqpLink linked, Wanted each) {
    if (linked.isDown()) {
      return Future.failedFuture(Link.outOfReach());
    }
    each.asked = true;
    return linked
        .source(each.pattern)
        .compose(
            address -> {
              if (linked.isDown()) {
                return Future.failedFuture(Link.outOfReach());
              }
              boolean still = wanted.get(each.pattern) == each;
              return still ? attach(linked, each, address) : Future.succeededFuture();
            });
  }

  private Future<Void> attach(AmqpLink linked, Wanted each, String address) {
    Addresses addresses = linked.addresses();
    Receiver receiver =
        new Receiver(
            linked.session(),
            address,
            options,
            message -> receive(each.pattern, addresses, message),
            () -> skipped.add(each.pattern.toString(), "It is larger than maxMessageBytes."));
    each.receiver = Optional.of(receiver);
    receiver.detached().onSuccess(gone -> again(linked, each, receiver));
    return receiver.attached().onSuccess(confirmed -> each.confirmed.tryComplete());
  }

  /**
   * The broker ended a subscription that is wanted: readers may miss something until it is back.
   */
  private void again(AmqpLink linked, Wanted each, Receiver gone) {
    boolean mine = each.receiver.filter(gone::equals).isPresent();
    if (linked.isDown() || !mine || !gone.attached().succeeded()) {
      return;
    }
    inTime(attach(linked, each), "subscribe again")
        .onSuccess(back -> ingress.interrupted(List.of(each.pattern)))
        .onFailure(linked::end);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    Wanted known = wanted.remove(pattern);
    if (known == null) {
      return Future.succeededFuture();
    }
    interrupted.remove(pattern);
    known.confirmed.tryFail(Link.outOfReach());
    Optional<Receiver> receiver = known.receiver;
    known.receiver = Optional.empty();
    if (link.isEmpty() || receiver.isEmpty()) {
      return Future.succeededFuture(); // With the link, the subscription is gone, too.
    }
    return detach(link.get(), receiver.get());
  }

  /** Ends a subscription, where need be after those before it were asked for. */
  private Future<Void> detach(AmqpLink linked, Receiver receiver) {
    receiver.mute();
    Future<Void> gone =
        attached.compose(
            asked ->
                inTime(Future.any(receiver.close(), linked.ended()).mapEmpty(), "unsubscribe"));
    if (!linked.reusesHandlesSafely()) {
      gone.onFailure(linked::end);
      detached = detached.transform(earlier -> gone.otherwiseEmpty());
    }
    return gone;
  }

  @Override
  public Future<Void> close() {
    link = Optional.empty();
    wanted.values().forEach(each -> each.confirmed.tryFail(Link.outOfReach()));
    wanted.clear();
    return Future.succeededFuture();
  }

  private void receive(ChannelPattern pattern, Addresses addresses, Message message) {
    if (!wanted.containsKey(pattern)) {
      return;
    }
    // It is live on this link: what may be missing was published before this message.
    if (interrupted.remove(pattern)) {
      ingress.interrupted(List.of(pattern));
    }
    Optional<String> channel = addresses.channel(pattern, message);
    if (channel.isEmpty()) {
      skipped.add(String.valueOf(message.getAddress()), "It does not tell a channel.");
    } else if (pattern.matches(channel.get())) {
      try {
        ingress.append(pattern, channel.get(), AmqpMessages.read(message));
      } catch (RuntimeException refused) {
        skipped.add(channel.get(), String.valueOf(refused.getMessage()));
      }
    }
  }
}
