package io.millrace.core.broker;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/**
 * What nodes tell each other through their broker, on the key {@link ChannelPattern#CONTROL}. A
 * message says which node sent it and of which kind it is. It may be lost in an outage, so whoever
 * uses this says everything again, and asks others to, whenever the node {@linkplain #onBack is
 * back}.
 *
 * <p>A node does not hear itself, and one whose broker serves no other node says nothing. Safe on
 * any thread; handlers are called on the node's own event loop, one at a time.
 */
public final class Control {

  private static final Logger LOG = System.getLogger(Control.class.getName());

  /** At most how many bytes a message has. */
  static final int MOST_BYTES = 64 << 10;

  /** At most how many bytes wait for the node's event loop; the rest is dropped. */
  private static final long MOST_WAITING = 4 << 20;

  /** What a message takes besides its bytes. */
  private static final int OVERHEAD = 512;

  /** Nodes that come back at the same time do not all speak at once. */
  private static final int SPREAD_MILLIS = 500;

  /** After a flood, the others are asked to say everything again, but not at once. */
  private static final int FLOODED_MILLIS = 10_000;

  private static final int SOON_MILLIS = 2_000;
  private static final long RETRY_MILLIS = 30_000;
  private static final Pattern NODE_ID = Pattern.compile("[0-9a-f-]{36}");
  private static final String NODE = "node";
  private static final String KIND = "kind";

  private final Broker broker;
  private final MillraceOptions options;
  private final ContextInternal context;
  private final String node = UUID.randomUUID().toString();
  private final Map<String, Handler<JsonObject>> handlers = new ConcurrentHashMap<>();
  private final List<Runnable> backHandlers = new CopyOnWriteArrayList<>();
  private final AtomicLong waiting = new AtomicLong();
  private final AtomicBoolean backSoon = new AtomicBoolean();
  private final Set<Runnable> soon = ConcurrentHashMap.newKeySet();
  private final RareLog ignored = new RareLog(LOG);
  private volatile boolean open;
  private volatile boolean hearing;

  /** The subscription, from when it is requested until it fails; set on the event loop. */
  private Optional<Future<Void>> subscription = Optional.empty();

  /**
   * Makes an object that neither hears nor says anything yet.
   *
   * @param context the node's own event loop
   */
  public Control(Broker broker, MillraceOptions options, ContextInternal context) {
    this.broker = broker;
    this.options = options;
    this.context = context;
  }

  /** Returns the random id of this node, which is new at each start. */
  public String node() {
    return node;
  }

  /** Returns at most how many bytes a message may have, as JSON, with its kind and node. */
  public int maxBytes() {
    return Math.min(MOST_BYTES, options.maxMessageBytes());
  }

  /** Returns whether the broker connects this node to others. */
  public boolean connects() {
    return broker.shared();
  }

  /** Returns whether this node hears the others, as far as it knows. */
  public boolean isHearing() {
    return hearing;
  }

  /**
   * Sets what hears the messages of a kind.
   *
   * @param kind the kind
   * @param handler gets what was sent; its field {@code node} is the id of the node that sent it.
   *     The content may be anything, because whoever may publish at the broker can send it; if the
   *     handler throws, the message is ignored
   */
  public void on(String kind, Handler<JsonObject> handler) {
    handlers.put(kind, handler);
  }

  /**
   * Adds what is called when the node can hear others, and has perhaps missed something: after the
   * start, and after an outage.
   */
  public void onBack(Runnable handler) {
    backHandlers.add(handler);
  }

  /**
   * Does something on the node's own event loop within some seconds; once, however often it is
   * asked for meanwhile. For what costs much and others can ask for.
   */
  public void soon(Runnable action) {
    if (soon.add(action)) {
      context.setTimer(
          1 + ThreadLocalRandom.current().nextInt(SOON_MILLIS),
          due -> {
            soon.remove(action);
            if (open) {
              action.run();
            }
          });
    }
  }

  /**
   * Tells all other nodes something.
   *
   * @param kind the kind
   * @param body the content; the fields {@code node} and {@code kind} are set here
   * @return completes when the broker has taken it
   */
  public Future<Void> send(String kind, JsonObject body) {
    if (!broker.shared()) {
      return Future.succeededFuture();
    }
    Buffer text = body.copy().put(NODE, node).put(KIND, kind).toBuffer();
    if (!open || text.length() > maxBytes()) {
      return Future.failedFuture(
          open ? Publishing.tooLarge(maxBytes()) : unavailable("This node is not open."));
    }
    Message message = Message.jsonText(text).withTime(Instant.now());
    return Future.succeededFuture()
        .compose(now -> broker.publish(ChannelPattern.CONTROL.toString(), message))
        .timeout(options.publishTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .mapEmpty();
  }

  private static MillraceException unavailable(String why) {
    return new MillraceException(MillraceException.Code.UNAVAILABLE, why);
  }

  /**
   * Begins to listen, when the broker is open.
   *
   * @return completes when the node can hear others, or when it is clear that it cannot for now;
   *     never fails
   */
  public Future<Void> open() {
    if (!broker.shared()) {
      return Future.succeededFuture();
    }
    open = true;
    Promise<Void> heard = context.promise();
    context.runOnContext(here -> subscribe().onComplete(heard));
    return heard
        .future()
        .timeout(options.publishTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .otherwiseEmpty();
  }

  /** Stops: neither hears nor says anything from now on. */
  public void close() {
    open = false;
  }

  /** The broker is out of reach. */
  void degraded() {
    context.runOnContext(here -> hearing = false);
  }

  /** Hears others again; something may have been lost. */
  void restored() {
    context.runOnContext(here -> subscribe());
  }

  private Future<Void> subscribe() {
    if (!open) {
      return Future.succeededFuture();
    }
    if (subscription.isPresent()) {
      if (subscription.get().isComplete()) {
        hearing = true;
        back(SPREAD_MILLIS);
      }
      return subscription.get();
    }
    Promise<Void> asked = context.promise();
    subscription = Optional.of(asked.future());
    asked
        .future()
        .onSuccess(
            subscribed -> {
              hearing = true;
              back(SPREAD_MILLIS);
            })
        .onFailure(this::failed);
    Future.succeededFuture()
        .compose(
            now ->
                broker.selective()
                    ? broker.subscribe(ChannelPattern.CONTROL)
                    : Future.succeededFuture())
        .onComplete(asked);
    return asked.future();
  }

  private void failed(Throwable failure) {
    subscription = Optional.empty();
    if (open) {
      LOG.log(
          Logger.Level.WARNING,
          "This node does not hear what other nodes say, such as who is present, because the broker"
              + " refused the subscription to "
              + ChannelPattern.CONTROL
              + ". It tries again.",
          failure);
      context.setTimer(RETRY_MILLIS, due -> subscribe());
    }
  }

  private void back(int mostMillis) {
    if (backSoon.compareAndSet(false, true)) {
      context.setTimer(
          1 + ThreadLocalRandom.current().nextInt(mostMillis),
          due -> {
            backSoon.set(false);
            if (open) {
              backHandlers.forEach(Runnable::run);
            }
          });
    }
  }

  /** Hands a message that the broker brought to its handler, unless it is of no use. */
  void take(Message message) {
    if (!open) {
      return; // It is from before the node was open: its sender says it again.
    }
    int size = message.length() + OVERHEAD;
    if (message.length() > MOST_BYTES || waiting.get() + size > MOST_WAITING) {
      ignored.warn("Other nodes say more than this node can take.", null);
      back(FLOODED_MILLIS);
      return;
    }
    waiting.addAndGet(size);
    context.runOnContext(
        here -> {
          waiting.addAndGet(-size);
          hear(message);
        });
  }

  private void hear(Message message) {
    try {
      JsonObject body = new JsonObject(message.data());
      String sender = body.getString(NODE, "");
      if (!NODE_ID.matcher(sender).matches()) {
        throw new IllegalArgumentException("It does not name the node that sent it.");
      }
      // Nodes of other versions may have other kinds.
      Handler<JsonObject> handler = handlers.get(body.getString(KIND, ""));
      if (handler != null && !sender.equals(node)) {
        handler.handle(body);
      }
    } catch (RuntimeException foreign) {
      ignored.warn("A message on the key " + ChannelPattern.CONTROL + " is ignored.", foreign);
    }
  }
}
