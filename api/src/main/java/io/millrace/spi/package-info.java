/**
 * The contract of transports and brokers. Both are found by {@link java.util.ServiceLoader}, or
 * given to {@link io.millrace.Millrace.Builder}. With the module {@code millrace-tck}, a test of
 * about ten lines checks the whole contract of either.
 *
 * <p>For a transport, read {@link io.millrace.spi.Transport}, then what it is given ({@link
 * io.millrace.spi.Attachment}) and what it supplies: a {@link io.millrace.spi.Framing}, for entries
 * and each {@link io.millrace.spi.Signal}, and an {@link io.millrace.spi.Outlet}. For a broker,
 * read {@link io.millrace.spi.Broker}, then {@link io.millrace.spi.Ingress}, and {@link
 * io.millrace.spi.BrokerLog} only if the backend is a log itself. What helps to write either is in
 * {@link io.millrace.spi.support}; brokers that keep one connection to a server find more in {@link
 * io.millrace.spi.remote}, which is not stable yet.
 *
 * <h2>A transport</h2>
 *
 * A {@link io.millrace.spi.Transport} carries messages to a client by one technique. It says how
 * entries of the log look on the wire, by a {@link io.millrace.spi.Framing}, and where the bytes
 * for a client go, by an {@link io.millrace.spi.Outlet}. The engine takes care of channels,
 * cursors, order, recovery, limits and heartbeats: it calls the framing once for each entry, shares
 * the bytes among all clients, and writes only while the outlet is writable. This example streams
 * JSON text sequences (RFC 7464):
 *
 * <pre>{@code
 * public final class JsonSequenceTransport implements Transport {
 *
 *   private static final String TYPE = "application/json-seq";
 *   private static final Framing FRAMING = new JsonSequenceFraming();
 *
 *   @Override
 *   public String name() {
 *     return "json-seq";
 *   }
 *
 *   @Override
 *   public int rank() {
 *     return 310; // After Millrace's own streams.
 *   }
 *
 *   @Override
 *   public Set<Trait> traits() {
 *     return Set.of(Trait.STREAMING);
 *   }
 *
 *   @Override
 *   public boolean accepts(HttpServerRequest request) {
 *     return HeaderElement.accepts(request.headers(), TYPE);
 *   }
 *
 *   @Override
 *   public List<Format> formats(HttpServerRequest request) {
 *     return List.of(Format.ENVELOPE);
 *   }
 *
 *   @Override
 *   public void handle(RoutingContext context, Attachment attachment) {
 *     attachment.attach(FRAMING, new ResponseOutlet(context.request(), TYPE));
 *   }
 *   private static final class JsonSequenceFraming implements Framing {
 *
 *     @Override
 *     public Buffer entry(Entry entry) {
 *       return text(JsonFrames.message(entry));
 *     }
 *
 *     @Override
 *     public Buffer signal(Signal signal) {
 *       return text(JsonFrames.signal(signal).toBuffer());
 *     }
 *
 *     private static Buffer text(Buffer json) {
 *       return Buffer.buffer(json.length() + 2)
 *           .appendByte((byte) 0x1E)
 *           .appendBuffer(json)
 *           .appendByte((byte) '\n');
 *     }
 *   }
 * }
 * }</pre>
 *
 * <h2>A broker</h2>
 *
 * A {@link io.millrace.spi.Broker} connects a node to the source of its messages, over one
 * connection, with one subscription for each channel or pattern in use. A published message reaches
 * the log only when the broker brings it back through {@link io.millrace.spi.Ingress#append}. This
 * example connects nodes over an event bus of Vert.x:
 *
 * <pre>{@code
 * public final class EventBusBroker implements Broker {
 *
 *   private static final String ADDRESS = "io.millrace.messages";
 *   private static final String CHANNEL = "channel";
 *
 *   private record Opened(Ingress ingress, MessageConsumer<Buffer> consumer) {}
 *
 *   private final Set<ChannelPattern> names = ConcurrentHashMap.newKeySet();
 *   private final Set<ChannelPattern> patterns = ConcurrentHashMap.newKeySet();
 *   private volatile Optional<Opened> opened = Optional.empty();
 *
 *   @Override
 *   public String name() {
 *     return "event-bus";
 *   }
 *
 *   @Override
 *   public Future<Void> open(Ingress ingress) {
 *     MessageConsumer<Buffer> consumer = ingress.vertx().eventBus().consumer(ADDRESS);
 *     opened = Optional.of(new Opened(ingress, consumer));
 *     consumer.handler(this::receive);
 *     return consumer.completion();
 *   }
 *
 *   @Override
 *   public Future<Publication> publish(String channel, Message message) {
 *     if (opened.isEmpty()) {
 *       return Future.failedFuture(
 *           new MillraceException(MillraceException.Code.UNAVAILABLE, "The broker is closed."));
 *     }
 *     DeliveryOptions headers = new DeliveryOptions().addHeader(CHANNEL, channel);
 *     MessageHeaders.write(message).forEach(headers::addHeader);
 *     return opened
 *         .get()
 *         .ingress()
 *         .vertx()
 *         .eventBus()
 *         .<Buffer>publisher(ADDRESS, headers)
 *         .write(message.data())
 *         .map(Publication.unnamed());
 *   }
 *
 *   private void receive(io.vertx.core.eventbus.Message<Buffer> received) {
 *     Map<String, String> headers = new HashMap<>();
 *     received.headers().forEach(headers::put);
 *     String channel = Objects.requireNonNull(headers.get(CHANNEL));
 *     // Even if a name and a pattern both match, the message is brought once.
 *     if (names.contains(ChannelPattern.ofKey(channel))
 *         || patterns.stream().anyMatch(pattern -> pattern.matches(channel))) {
 *       Message message = MessageHeaders.read(headers, received.body());
 *       // If the log refuses the message, Vert.x reports that, and the next one still arrives.
 *       opened.ifPresent(open -> open.ingress().append(channel, message));
 *     }
 *   }
 *
 *   @Override
 *   public Future<Void> subscribe(ChannelPattern pattern) {
 *     // The bus confirmed the consumer in open(): from now on everything that matches is brought.
 *     (pattern.isName() ? names : patterns).add(pattern);
 *     return Future.succeededFuture();
 *   }
 *
 *   @Override
 *   public Future<Void> unsubscribe(ChannelPattern pattern) {
 *     (pattern.isName() ? names : patterns).remove(pattern);
 *     return Future.succeededFuture();
 *   }
 *
 *   @Override
 *   public Future<Void> close() {
 *     Optional<Opened> closing = opened;
 *     opened = Optional.empty();
 *     return closing.map(open -> open.consumer().unregister()).orElse(Future.succeededFuture());
 *   }
 * }
 * }</pre>
 */
@NullMarked
package io.millrace.spi;

import org.jspecify.annotations.NullMarked;
