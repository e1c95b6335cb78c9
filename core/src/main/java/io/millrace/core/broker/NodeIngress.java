package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.log.Archive;
import io.millrace.core.log.Log;
import io.millrace.core.log.RecordKeys;
import io.millrace.spi.Broker;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Takes what the broker brings into the log, and what it says about itself. What other nodes say
 * goes to {@link Control}, and never into the log.
 */
public final class NodeIngress implements Ingress {

  private static final Logger LOG = System.getLogger(NodeIngress.class.getName());

  private final Vertx vertx;
  private final MillraceOptions options;
  private final Broker broker;
  private final Log log;
  private final BrokerSubscriptions brokerSubscriptions;
  private final Optional<Archive> archive;
  private final Succession succession;
  private final Control control;
  private volatile boolean named;

  /** Makes what a broker is opened with. */
  public NodeIngress(
      Vertx vertx,
      MillraceOptions options,
      Broker broker,
      Log log,
      BrokerSubscriptions brokerSubscriptions,
      Optional<Archive> archive,
      Succession succession,
      Control control) {
    this.vertx = vertx;
    this.options = options;
    this.broker = broker;
    this.log = log;
    this.brokerSubscriptions = brokerSubscriptions;
    this.archive = archive;
    this.succession = succession;
    this.control = control;
  }

  @Override
  public Vertx vertx() {
    return vertx;
  }

  @Override
  public Publication append(String channel, Message message) {
    if (isControl(channel)) {
      control.take(message);
      return Publication.unnamed();
    }
    checkSize(message);
    return Publication.named(log.append(channel, timed(message)).toString());
  }

  @Override
  public void append(ChannelPattern subscription, String channel, Message message) {
    if (isControl(channel)) {
      if (subscription.matches(channel)) {
        control.take(message);
      }
      return;
    }
    checkSize(message);
    if (brokerSubscriptions.isOwner(
        subscription, ChannelPattern.of(ChannelPattern.checkName(channel)))) {
      log.append(channel, timed(message));
    }
  }

  @Override
  public Publication append(long offset, String channel, Message message) {
    Message timed = timed(message);
    return append(offset, timed.time().orElseThrow(), channel, timed);
  }

  @Override
  public Publication append(long offset, Instant written, String channel, Message message) {
    if (isControl(channel)) {
      log.skip(offset, written);
      control.take(message);
      return Publication.unnamed();
    }
    try {
      checkSize(message);
    } catch (MillraceException tooLarge) {
      log.skip(offset, written);
      throw tooLarge;
    }
    return Publication.named(log.append(offset, written, channel, timed(message)).toString());
  }

  private static boolean isControl(String channel) {
    return ChannelPattern.CONTROL.matches(channel);
  }

  private void checkSize(Message message) {
    if (message.length() > options.maxMessageBytes()) {
      throw Publishing.tooLarge(options.maxMessageBytes());
    }
  }

  private static Message timed(Message message) {
    return message.time().isPresent() ? message : message.withTime(Instant.now());
  }

  @Override
  public void skip(long offset) {
    log.skip(offset, Instant.EPOCH);
  }

  @Override
  public void skip(long offset, Instant written) {
    log.skip(offset, written);
  }

  @Override
  public Duration lead() {
    return RecordKeys.lead(options);
  }

  @Override
  public Future<Void> begin(String epoch) {
    Archive followed =
        archive.orElseThrow(
            () -> new IllegalStateException("the broker " + broker.name() + " has no log"));
    new Cursor(epoch, 0); // Throws if it is not an epoch.
    if (!named) {
      named = true;
      log.epoch().rename(epoch);
      return Future.succeededFuture();
    }
    if (epoch.equals(log.epoch().name())) {
      return Future.succeededFuture();
    }
    LOG.log(
        Logger.Level.ERROR,
        "The log of the broker {0} is not the same as before: the contents of the earlier one are lost",
        broker.name());
    return succession.begin(epoch, followed);
  }

  @Override
  public void interrupted(Collection<ChannelPattern> patterns) {
    List<ChannelPattern> read =
        patterns.stream().filter(pattern -> !pattern.equals(ChannelPattern.CONTROL)).toList();
    if (!read.isEmpty()) {
      log.interrupt(read);
    }
    if (read.size() < patterns.size()) {
      control.restored();
    }
  }

  @Override
  public void degraded() {
    succession.setDegraded(true);
    control.degraded();
  }

  @Override
  public void restored() {
    succession.setDegraded(false);
    control.restored();
  }
}
