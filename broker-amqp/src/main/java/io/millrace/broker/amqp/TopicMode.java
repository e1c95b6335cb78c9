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
import java.util.concurrent.TimeUnit;
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

  /** Completes when nothing more comes of what was given up on the present link until now. */
  private Future<Void> left = Future.succeededFuture();

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
    left = Future.succeededFuture();
    interrupted.clear();
    List<Future<Void>> confirmations = new ArrayList<>();
    for (Wanted each : List.copyOf(wanted.values())) {
      if (each.confirmed.future().isComplete()) {
        interrupted.add(each.pattern);
      }
      confirmations.add(attach(linked, each));
    }
    Future.join(confirmations)
        .timeout(options.confirmTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .onSuccess(all -> restored(linked))
        .onFailure(linked::end);
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
    wanted.values().forEach(each -> each.receiver = Optional.empty());
    if (cause instanceof AmqpException) {
      List.copyOf(wanted.values()).stream()
          .filter(each -> !each.confirmed.future().isComplete())
          .forEach(each -> refuse(each, cause));
    }
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

  /**
   * Waits for the receivers that are being detached: a new one has the handle of one of them, and
   * RabbitMQ before version 4, which knows a consumer by its handle, would bring it what is still
   * on its way to the old one.
   */
  private Future<Void> attach(AmqpLink linked, Wanted each) {
    return left.compose(nothingMore -> linked.source(each.pattern))
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
    attach(linked, each)
        .timeout(options.confirmTimeout().toMillis(), TimeUnit.MILLISECONDS)
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
    Future<Void> detached =
        Future.any(receiver.get().close(), link.get().ended())
            .timeout(options.confirmTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .<Void>mapEmpty()
            .recover(
                late ->
                    Future.failedFuture(
                        new MillraceException(
                            MillraceException.Code.TIMEOUT,
                            "The broker did not unsubscribe in time.",
                            late)));
    left = left.transform(before -> detached.otherwiseEmpty());
    return detached;
  }

  @Override
  public void close() {
    link = Optional.empty();
    wanted.values().forEach(each -> each.confirmed.tryFail(Link.outOfReach()));
    wanted.clear();
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
