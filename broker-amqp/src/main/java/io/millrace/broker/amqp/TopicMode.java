package io.millrace.broker.amqp;

import io.millrace.ChannelPattern;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.millrace.spi.link.Link;
import io.millrace.spi.link.LinkUser;
import io.millrace.spi.link.Publishers;
import io.millrace.spi.link.SkipCounter;
import io.millrace.spi.link.Trials;
import io.millrace.spi.link.Window;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.proton.ProtonSession;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.qpid.proton.message.Message;

/**
 * Live fan-out by the broker's topics: one receiver for each name or pattern. If a broker refuses
 * something, it may end the session, and RabbitMQ 3 even the connection. So a request is made on
 * the link that brings messages only after the broker has accepted it on another link. Used only on
 * the link's context.
 */
final class TopicMode implements LinkUser<AmqpLink> {

  /** A name or pattern that the node wants, whether or not there is a link now. */
  private static final class Wanted {
    final ChannelPattern pattern;
    final Promise<Void> confirmed = Promise.promise();

    /** The receiver on the current link. */
    Optional<Receiver> receiver = Optional.empty();

    Wanted(ChannelPattern pattern) {
      this.pattern = pattern;
    }

    boolean isConfirmed() {
      return confirmed.future().isComplete();
    }
  }

  private static final long MISSING_MILLIS = 1_000;

  private final Vertx vertx;
  private final Ingress ingress;
  private final AmqpBrokerOptions options;
  private final SkipCounter skipped;
  private final Map<ChannelPattern, Wanted> wanted = new LinkedHashMap<>();

  private final Publishers<AmqpLink> publishers;
  private final Trials<AmqpLink> trials;

  /** Those that were subscribed before, and that the broker refuses now. */
  private final Set<Wanted> missing = new LinkedHashSet<>();

  /**
   * Those that were subscribed before the link broke, and for which nothing has arrived on this
   * one.
   */
  private final Set<ChannelPattern> interrupted = new LinkedHashSet<>();

  /** Subscriptions that the broker has not ended yet. */
  private final Set<Promise<Void>> leaving = new LinkedHashSet<>();

  private Optional<AmqpLink> link = Optional.empty();

  private long linkedAt;

  /** How many answers have come on the link that is kept. */
  private long answers;

  private boolean degraded;

  /** Whether everything is subscribed again on the current link. */
  private boolean complete;

  /** Whether the last link may have broken because the broker refused something. */
  private boolean cautious;

  /**
   * Makes a topic mode.
   *
   * @param links makes further links, on the same context
   */
  TopicMode(
      Vertx vertx,
      Ingress ingress,
      AmqpBrokerOptions options,
      SkipCounter skipped,
      Supplier<Future<AmqpLink>> links) {
    this.vertx = vertx;
    this.ingress = ingress;
    this.options = options;
    this.skipped = skipped;
    this.publishers = new Publishers<>(vertx, links, options.confirmTimeout());
    this.trials =
        new Trials<>(vertx, links, options.confirmTimeout(), () -> link.map(there -> linkedAt));
  }

  @Override
  public void up(AmqpLink linked) {
    link = Optional.of(linked);
    linkedAt = System.nanoTime();
    complete = false;
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

  /** Subscribes again. A refusal affects no other subscription, as long as the link lasts. */
  private Future<Void> bringOver(AmqpLink linked, Wanted each) {
    if (wanted.get(each.pattern) != each) {
      return Future.succeededFuture(); // It was left before its turn came.
    }
    Future<Void> taken = cautious ? introduce(linked, each) : attachInTime(linked, each);
    return taken
        .onFailure(refused -> refused(linked, each, refused))
        .recover(
            refused -> linked.isDown() ? Future.failedFuture(refused) : Future.succeededFuture());
  }

  private Future<Void> attachInTime(AmqpLink linked, Wanted each) {
    Future<Void> attached = attach(linked, each);
    long late = vertx.setTimer(options.confirmTimeout().toMillis(), due -> giveUp(linked, true));
    return attached.onComplete(done -> vertx.cancelTimer(late));
  }

  /** Called when everything is subscribed again. */
  private void restored(AmqpLink linked) {
    if (linked.isDown()) {
      return;
    }
    complete = true;
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
    cautious = cause instanceof AmqpException || !complete || !missing.isEmpty();
    wanted.values().forEach(each -> each.receiver = Optional.empty());
    left();
    if (!degraded) {
      degraded = true;
      ingress.degraded();
    }
  }

  /**
   * Gives up a new subscription; requests one that was subscribed before again from time to time.
   */
  private void refused(AmqpLink linked, Wanted each, Throwable refused) {
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
  }

  private void bringBack(AmqpLink linked, Wanted each) {
    if (!linked.isDown() && wanted.get(each.pattern) == each) {
      introduce(linked, each)
          .onFailure(refused -> refused(linked, each, refused))
          .onSuccess(
              back -> {
                missing.remove(each);
                ingress.interrupted(List.of(each.pattern));
              });
    }
  }

  @Override
  public Future<Publication> publish(String channel, io.millrace.Message message) {
    if (link.isEmpty()) {
      return Future.failedFuture(Link.outOfReach());
    }
    Message written = AmqpMessages.write(message);
    link.get().addresses().address(written, channel);
    return publishers
        .publish(channel, linked -> linked.publish(written))
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
            });
    link.ifPresent(
        linked -> introduce(linked, added).onFailure(refused -> refused(linked, added, refused)));
    return added.confirmed.future().onComplete(done -> vertx.cancelTimer(timer));
  }

  /** Subscribes first on a link that may break, and then on the one that must not. */
  private Future<Void> introduce(AmqpLink linked, Wanted each) {
    return trials
        .ask("subscribe " + each.pattern, true, trial -> tryOut(trial, each))
        .compose(taken -> answered(linked, each, attach(linked, each)));
  }

  /**
   * Ends a link that does not answer a request that the broker has just accepted on another link,
   * unless it is only slow and still answers earlier requests.
   */
  private Future<Void> answered(AmqpLink linked, Wanted each, Future<Void> attached) {
    long half = Math.max(1, options.confirmTimeout().toMillis() / 2);
    long before = answers;
    long soon = vertx.setTimer(half, late -> giveUp(linked, answers == before));
    // A new subscription has given up by then.
    long last = vertx.setTimer(2 * half, late -> giveUp(linked, wanted.get(each.pattern) == each));
    return attached.onComplete(
        done -> {
          vertx.cancelTimer(soon);
          vertx.cancelTimer(last);
        });
  }

  private static void giveUp(AmqpLink linked, boolean isStuck) {
    if (isStuck) {
      linked.end(new IOException("The broker did not answer in time."));
    }
  }

  private Future<Void> tryOut(AmqpLink trial, Wanted each) {
    Future<Receiver> tried =
        trial
            .source(each.pattern)
            .map(
                address ->
                    new Receiver(
                        trial.session(),
                        Optional.empty(),
                        address,
                        options,
                        message -> {},
                        () -> {}));
    Future<Void> taken =
        tried.compose(receiver -> receiver.attached().compose(attached -> receiver.close()));
    return trial.inTime(typed(taken), "subscribe");
  }

  private static <T> Future<T> typed(Future<T> asked) {
    return asked.recover(
        failure ->
            Future.failedFuture(
                failure instanceof AmqpException refusal ? Link.refused(refusal) : failure));
  }

  private Future<Void> attach(AmqpLink linked, Wanted each) {
    if (linked.isDown()) {
      return Future.failedFuture(Link.outOfReach());
    }
    return typed(
        linked
            .source(each.pattern)
            .compose(
                address ->
                    linked
                        .sessions()
                        .begin()
                        .compose(session -> attach(linked, each, address, session))));
  }

  private Future<Void> attach(AmqpLink linked, Wanted each, String address, ProtonSession session) {
    answers++;
    if (linked.isDown() || wanted.get(each.pattern) != each) {
      linked.sessions().end(session);
      return Future.failedFuture(Link.outOfReach());
    }
    Addresses addresses = linked.addresses();
    Receiver receiver =
        new Receiver(
            session,
            Optional.of(linked.sessions()),
            address,
            options,
            message -> receive(each.pattern, addresses, message),
            () -> skipped.add(each.pattern.toString(), "It is larger than maxMessageBytes."));
    if (linked.numbersDeliveries()) {
      receiver.onDropped(
          () -> skipped.add(each.pattern.toString(), "It cannot be decoded as AMQP 1.0."));
    }
    each.receiver = Optional.of(receiver);
    receiver.detached().onSuccess(gone -> again(linked, each, receiver));
    return receiver
        .attached()
        .onSuccess(
            confirmed -> {
              answers++;
              each.confirmed.tryComplete();
            });
  }

  /**
   * The broker ended a subscription that is wanted: readers may miss messages until it is
   * subscribed again.
   */
  private void again(AmqpLink linked, Wanted each, Receiver gone) {
    boolean mine = each.receiver.filter(gone::equals).isPresent();
    if (linked.isDown() || !mine || !gone.attached().succeeded()) {
      return;
    }
    bringBack(linked, each);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    Wanted known = wanted.remove(pattern);
    if (known == null) {
      return Future.succeededFuture();
    }
    interrupted.remove(pattern);
    missing.remove(known);
    known.confirmed.tryFail(Link.outOfReach());
    Optional<Receiver> receiver = known.receiver;
    known.receiver = Optional.empty();
    if (link.isEmpty() || receiver.isEmpty()) {
      return Future.succeededFuture(); // The subscription ended with the link.
    }
    receiver.get().mute();
    Promise<Void> left = Promise.promise();
    leaving.add(left);
    receiver.get().close().onSuccess(detached -> left.tryComplete());
    return link.get().inTime(left.future(), "unsubscribe").onComplete(over -> leaving.remove(left));
  }

  /** All subscriptions ended with the link. */
  private void left() {
    List.copyOf(leaving).forEach(Promise::tryComplete);
  }

  @Override
  public Future<Void> close() {
    link = Optional.empty();
    wanted.values().forEach(each -> each.confirmed.tryFail(Link.outOfReach()));
    wanted.clear();
    left();
    return Future.join(publishers.close(), trials.close()).mapEmpty();
  }

  private void receive(ChannelPattern pattern, Addresses addresses, Message message) {
    if (!wanted.containsKey(pattern)) {
      return;
    }
    // It is live on this link: messages that may be missing were published before this one.
    if (interrupted.remove(pattern)) {
      ingress.interrupted(List.of(pattern));
    }
    Optional<String> channel = addresses.channel(pattern, message);
    if (channel.isEmpty()) {
      skipped.add(String.valueOf(message.getAddress()), "It does not say its channel.");
    } else if (pattern.matches(channel.get())) {
      try {
        ingress.append(
            pattern, channel.get(), AmqpMessages.read(message, options.maxMessageBytes()));
      } catch (RuntimeException refused) {
        skipped.add(channel.get(), String.valueOf(refused.getMessage()));
      }
    }
  }
}
