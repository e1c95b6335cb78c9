package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.Decision;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.presence.Wish;
import io.millrace.internal.Unsent;
import io.millrace.spi.Transport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/** Serves the URLs below the paths where the routers of a node are mounted. */
public final class Mount {

  private static final Pattern CLIENT_FILE = Pattern.compile("/[a-z0-9-]+\\.js(\\.map)?");
  private static final String PUBLISH = "/publish";
  private static final String NEGOTIATE = "/negotiate";
  private static final String PRESENCE = "/presence";
  private static final String TICKET = "/ticket";
  private static final String READ = "GET, HEAD, OPTIONS";
  private static final String READ_BY_BODY = "GET, HEAD, POST, OPTIONS";
  private static final String WRITE = "POST, OPTIONS";

  private static final CharSequence CONTENT_TYPE_OPTIONS =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");

  private final Engine engine;
  private final MillraceOptions options;
  private final OriginPolicy origins;
  private final Access access;
  private final Enforcement enforcement;
  private final Requester requester;
  private final Audit audit;
  private final Quotas quotas;
  private final Tickets tickets;
  private final Bodies bodies;
  private final Attaching attaching;
  private final Callers callers;
  private final ClientFiles clientFiles = new ClientFiles();

  /**
   * Makes what serves the requests to an engine.
   *
   * @param engine what is behind it
   * @param deciders what the application decides
   * @param clock the time, in milliseconds
   */
  public Mount(Engine engine, Deciders deciders, LongSupplier clock) {
    this.engine = engine;
    this.options = engine.options();
    this.origins = new OriginPolicy(options);
    Revocations revocations = new Revocations(options);
    this.access = new Access(options, deciders, revocations);
    this.requester = new Requester(options);
    this.audit = new Audit(deciders.auditor(), requester);
    this.enforcement = new Enforcement(revocations, access, engine.loops(), audit);
    this.quotas = new Quotas(options, requester, clock);
    this.tickets = new Tickets(options, System::currentTimeMillis);
    this.bodies = new Bodies(options, engine.loops(), engine.publishing().unanswered());
    Identity identity =
        new Identity(options, deciders.authenticator(), revocations, tickets, audit);
    this.attaching =
        new Attaching(
            engine,
            identity,
            access,
            revocations,
            requester,
            audit,
            quotas,
            bodies.room(),
            deciders.listener().map(it -> new Listening(options, it)));
    this.callers = new Callers(identity, attaching);
  }

  /** Returns what takes permissions away. */
  public Enforcement enforcement() {
    return enforcement;
  }

  /** Returns another router. */
  public Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.route().handler(this::take);
    router.route().failureHandler(this::fail);
    return router;
  }

  Bodies bodies() {
    return bodies;
  }

  private void fail(RoutingContext context) {
    if (Attaching.isAttached(context) && context.failure() == null) {
      return; // A handler of the application finds that it takes too long, but it is meant to last.
    }
    // Not for every request, because that would wait for the event loop, which may have many to
    // refuse.
    if (mayHaveBody(context.request())) {
      bodies.discard(context);
    }
    if (context.statusCode() == MillraceException.Code.TOO_LARGE.status()) {
      Problems.answer(context, bodies.tooLarge());
    } else {
      Problems.answer(context);
    }
  }

  private static boolean mayHaveBody(HttpServerRequest request) {
    return HttpMethod.POST.equals(request.method()) || Bodies.isAnnounced(request);
  }

  /** Takes every request. */
  private void take(RoutingContext context) {
    HttpServerRequest request = context.request();
    context.response().putHeader(CONTENT_TYPE_OPTIONS, NO_SNIFF);
    requireOneHost(request);
    String path = pathBelowMount(context);
    boolean publish = path.equals(PUBLISH);
    boolean ticket = path.equals(TICKET);
    origins.check(context, isClientFile(path), !publish && !ticket);
    if (ticket && HttpMethod.POST.equals(request.method())) {
      bodies.discardAnnounced(context);
      identified(context, () -> ticket(context));
    } else if (!HttpMethod.POST.equals(request.method())) {
      bodies.discardAnnounced(context);
      route(context, path);
    } else if (isJson(request)) {
      requireNoCoding(context);
      if (publish) {
        if (callers.areAsked()) {
          quotas.arriveToPublish(context);
        }
        callers.identified(context, () -> readPublish(context));
      } else {
        attaching.arrive(context);
        readBody(context, Optional.empty(), () -> route(context, path));
      }
    } else if (publish) {
      throw new MillraceException(
          MillraceException.Code.UNSUPPORTED_MEDIA_TYPE,
          "Publish with Content-Type: application/json.");
    } else {
      throw methodNotAllowed(
          context,
          methods(path),
          "A POST must name channels in a body with Content-Type: application/json.");
    }
  }

  /** Checks the host (RFC 9112, section 3.2) without making a list for every request. */
  private static void requireOneHost(HttpServerRequest request) {
    int hosts = 0;
    boolean readable = true;
    for (Map.Entry<String, String> header : request.headers()) {
      if (header.getKey().length() == 4 && header.getKey().equalsIgnoreCase("host")) {
        hosts++;
        readable &= HostField.isOne(header.getValue());
      }
    }
    boolean needed = HttpVersion.HTTP_1_1.equals(request.version());
    if (hosts > 1 || !readable || (needed && hosts == 0)) {
      throw new MillraceException(
          MillraceException.Code.BAD_REQUEST,
          "There must be one Host: a name or address, and optionally a port (RFC 9112, section 3.2).");
    }
  }

  private void route(RoutingContext context, String path) {
    HttpMethod method = context.request().method();
    if (HttpMethod.OPTIONS.equals(method)) {
      origins.preflight(context, methods(path));
    } else if (!takes(method, path)) {
      String methods = methods(path);
      throw methodNotAllowed(
          context, methods, "This URL does not accept this method. It accepts " + methods + ".");
    } else if (path.isEmpty() || path.equals("/")) {
      if (!engine.transports().refused(context.request())) {
        attaching.attach(context, engine.transports().negotiated(context.request()));
      }
    } else if (path.equals(NEGOTIATE)) {
      identified(context, () -> negotiate(context));
    } else if (path.equals(PRESENCE)) {
      identified(context, () -> presence(context));
    } else if (isClientFile(path)) {
      clientFiles.serve(context, path.substring(1));
    } else {
      attaching.attach(
          context, engine.transports().forced(path.startsWith("/") ? path.substring(1) : ""));
    }
  }

  private static boolean takes(HttpMethod method, String path) {
    boolean writes = path.equals(PUBLISH) || path.equals(TICKET);
    if (HttpMethod.GET.equals(method) || HttpMethod.HEAD.equals(method)) {
      return !writes;
    }
    return HttpMethod.POST.equals(method) && (writes || !isOnlyRead(path));
  }

  private static String methods(String path) {
    if (path.equals(PUBLISH) || path.equals(TICKET)) {
      return WRITE;
    }
    return isOnlyRead(path) ? READ : READ_BY_BODY;
  }

  private static boolean isOnlyRead(String path) {
    return path.equals(NEGOTIATE) || path.equals(PRESENCE) || isClientFile(path);
  }

  private static MillraceException methodNotAllowed(
      RoutingContext context, String methods, String why) {
    context.response().putHeader(HttpHeaders.ALLOW, methods);
    return new MillraceException(MillraceException.Code.METHOD_NOT_ALLOWED, why);
  }

  private static boolean isClientFile(String path) {
    return path.contains(".js") && CLIENT_FILE.matcher(path).matches();
  }

  private static String pathBelowMount(RoutingContext context) {
    String mount = mountPoint(context);
    String path = context.request().path();
    // Routing treats "//live" and "/x/../live" as the mount, but they are not.
    return path != null && path.startsWith(mount) ? path.substring(mount.length()) : "/" + path;
  }

  private static String mountPoint(RoutingContext context) {
    String mount = context.mountPoint();
    return mount == null
        ? ""
        : mount.endsWith("/") ? mount.substring(0, mount.length() - 1) : mount;
  }

  private void negotiate(RoutingContext context) {
    JsonArray transports = new JsonArray();
    for (Transport transport : engine.transports().inService()) {
      boolean streaming = transport.traits().contains(Transport.Trait.STREAMING);
      JsonObject described =
          new JsonObject()
              .put("name", transport.name())
              .put("url", mountPoint(context) + "/" + transport.name())
              .put("duplex", transport.traits().contains(Transport.Trait.DUPLEX))
              .put("streaming", streaming);
      if (streaming) {
        described.put("heartbeat", options.heartbeat().orElse(transport.heartbeat()).toMillis());
      }
      transports.add(described);
    }
    JsonObject answer =
        new JsonObject()
            .put("version", 1)
            .put("transports", transports)
            .put("retry", options.retry().toMillis())
            .put("limits", ReaderAttachment.limits(options));
    Identity.known(context)
        .expires()
        .ifPresent(
            at -> answer.put("expires", at.toEpochMilli()).put("now", System.currentTimeMillis()));
    json(context, answer);
  }

  private void presence(RoutingContext context) {
    String asked = Optional.ofNullable(context.queryParams().get("channel")).orElse("");
    ChannelPattern channel = ChannelPattern.of(ChannelPattern.checkName(asked));
    Wish wish = Wish.of(Optional.ofNullable(context.queryParams().get("presence")));
    wish.check(List.of(channel));
    access
        .presence(Identity.known(context), List.of(channel), audit.of(context), context.vertx())
        .onFailure(context::fail)
        .onSuccess(granted -> json(context, engine.rooms().describe(asked, wish)));
  }

  private static boolean isJson(HttpServerRequest request) {
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    return type != null && type.split(";", 2)[0].strip().equalsIgnoreCase("application/json");
  }

  private static void requireNoCoding(RoutingContext context) {
    for (String line : context.request().headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
      for (String coding : line.split(",", -1)) {
        if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
          context.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
          throw new MillraceException(
              MillraceException.Code.UNSUPPORTED_MEDIA_TYPE,
              "Send the body without Content-Encoding, or with identity.");
        }
      }
    }
  }

  /**
   * Reads the body, which a handler of the application may have paused, or read already.
   *
   * @param publisher who publishes it, if it is a publish
   * @param next what is done then
   */
  private void readBody(RoutingContext context, Optional<String> publisher, Runnable next) {
    if (context.body().available()) {
      if (context.body().length() > options.maxClientMessageBytes()) {
        throw bodies.tooLarge();
      }
      next.run();
    } else if (context.request().isEnded()) {
      throw new MillraceException(
          MillraceException.Code.INTERNAL,
          "The server failed.",
          new IllegalStateException(
              "The body was lost before it came to Millrace's router. A handler before it that waits must"
                  + " pause the request, or have a BodyHandler before it."));
    } else {
      bodies.read(context, publisher, next);
    }
  }

  /** Each of these asks the application as an attach does, so it counts as one. */
  private void identified(RoutingContext context, Runnable next) {
    quotas.arrive(context, Requester.clientId(context));
    callers.identified(context, next);
  }

  private void readPublish(RoutingContext context) {
    String scope = requester.scope(context);
    quotas.publish(context, Identity.known(context));
    readBody(context, Optional.of(scope), () -> publish(context, scope));
  }

  private void publish(RoutingContext context, String scope) {
    PublishRequest request = PublishRequest.of(JsonFields.object(context));
    Client client = Identity.known(context);
    long version = access.version(client);
    Future<Message> granted =
        access
            .publish(client, request.channel(), context.vertx())
            .compose(may -> access.intercepted(client, request, context.vertx()))
            .map(
                message -> {
                  access.requireUnchanged(client, request.channel(), version);
                  return message;
                });
    audit
        .of(context)
        .awaited(Decision.Kind.PUBLISH, client, request.channel(), granted)
        .compose(
            message -> engine.publishing().publish(scope, request.channel().toString(), message))
        .onFailure(context::fail)
        // Also without a name: no other server answers like this, so a client can recognize it.
        .onSuccess(
            publication ->
                json(context, new JsonObject().put("published", publication.name().orElse(null))));
  }

  private void ticket(RoutingContext context) {
    Client client = Identity.known(context);
    quotas.ticket(context, client);
    Tickets.Ticket ticket =
        audit.of(context).attempted(Decision.Kind.TICKET, client, () -> tickets.issue(client));
    json(
        context,
        new JsonObject()
            .put("ticket", ticket.text())
            .put("expires", ticket.expires().toEpochMilli())
            .put("now", System.currentTimeMillis()));
  }

  private static void json(RoutingContext context, JsonObject answer) {
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Unsent.answer(context.request(), answer.toBuffer());
  }
}
