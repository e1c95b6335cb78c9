package io.millrace.core.http;

import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.broker.Publishing;
import io.millrace.core.broker.Unanswered;
import io.millrace.core.reader.ReaderLoop;
import io.millrace.core.reader.ReaderLoops;
import io.millrace.core.reader.Wheel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.ContextInternal;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;

/**
 * Reads the bodies of requests. Each has a time limit; all together have a size limit, in one
 * {@link Room} with what arrives over connections. Safe on any thread; a body belongs to its event
 * loop.
 */
final class Bodies {

  private static final String READ = Bodies.class.getName();
  private static final long NO_ERROR = 0;

  private final MillraceOptions options;
  private final ReaderLoops loops;
  private final Unanswered unanswered;
  private final Room room;

  /**
   * Makes an object without bodies.
   *
   * @param options the bounds
   * @param loops the event loops that read them
   * @param unanswered the room for publishes, see {@link Publishing#unanswered}
   */
  Bodies(MillraceOptions options, ReaderLoops loops, Unanswered unanswered) {
    this.options = options;
    this.loops = loops;
    this.unanswered = unanswered;
    this.room = new Room(most(options));
  }

  /** One body always fits, including the growth of its buffer. */
  static long most(MillraceOptions options) {
    return Math.max(options.bodyBytes(), Unanswered.request(options));
  }

  /** Returns the room for everything that arrives from clients. */
  Room room() {
    return room;
  }

  /** Returns whether a request's head says that a body follows. */
  static boolean isAnnounced(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || announced(request) > 0;
  }

  private static long announced(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  /** Returns the body of a request, which may be empty, and no longer keeps it. */
  static Buffer take(RoutingContext context) {
    Body read = context.remove(READ);
    Buffer body = read == null ? context.body().buffer() : read.letGo();
    return body == null ? Buffer.buffer() : body;
  }

  /**
   * Reads the body of a request.
   *
   * @param publisher who publishes it, if it is a publish: then it counts until it has been
   *     answered
   * @param next what is done with the request then
   * @throws MillraceException {@link MillraceException.Code#TOO_LARGE} if its head says that it is
   */
  void read(RoutingContext context, Optional<String> publisher, Runnable next) {
    HttpServerRequest request = context.request();
    if (announced(request) > options.maxClientMessageBytes()) {
      throw tooLarge();
    }
    String expected = request.getHeader(HttpHeaders.EXPECT);
    if (expected != null && request.version() != HttpVersion.HTTP_1_0) {
      if (!expected.equalsIgnoreCase("100-continue")) {
        throw new MillraceException(
            MillraceException.Code.BAD_REQUEST, "Expect must be 100-continue.");
      }
      context.response().writeContinue();
    }
    new Body(context, publisher, next).begin();
  }

  /** Discards the body of a request, if it has one, because nobody wants it. */
  void discardAnnounced(RoutingContext context) {
    if (isAnnounced(context.request())) {
      discard(context);
    }
  }

  /** Discards the rest of a refused request, for as long as a body may take. */
  void discard(RoutingContext context) {
    if (context.request().isEnded() || !ContextInternal.current().isEventLoopContext()) {
      return;
    }
    Body begun = context.get(READ);
    if (begun == null) {
      begun = new Body(context, Optional.empty(), () -> {});
      begun.begin();
    }
    begun.discard();
  }

  MillraceException tooLarge() {
    return new MillraceException(
        MillraceException.Code.TOO_LARGE,
        "The body may have at most " + options.maxClientMessageBytes() + " bytes.");
  }

  /** What should become of a body. */
  private enum State {
    READING,
    DISCARDING,
    OVER
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Nobody waits for a closed connection.
  private final class Body {
    private final RoutingContext context;
    private final HttpServerRequest request;
    private final Optional<String> publisher;
    private final Runnable next;
    private final ReaderLoop loop;
    private final Room.Share share;
    private final Wheel.Timer timer = new Wheel.Timer(this::late);
    private State state = State.READING;
    private Buffer content = Buffer.buffer();

    /** Whether it is what needs room now: it is in the midst of something. */
    private boolean counting;

    Body(RoutingContext context, Optional<String> publisher, Runnable next) {
      this.context = context;
      this.request = context.request();
      this.publisher = publisher;
      this.next = next;
      this.loop = loops.loop(ContextInternal.current());
      this.share = room.enter(full -> makeRoomHere());
    }

    private void count(long bytes) {
      counting = true;
      share.count(bytes);
      counting = false;
    }

    /** At once where that is possible: many may begin before the event loop does anything else. */
    private void makeRoomHere() {
      if (loop.isHere() && !counting) {
        makeRoom();
      } else {
        loop.run(this::makeRoom);
      }
    }

    void begin() {
      count(Unanswered.REQUEST_BYTES);
      context.put(READ, this);
      loop.wheel().scheduleIn(timer, options.bodyTimeout().toMillis());
      request
          .handler(this::take)
          .endHandler(ended -> ended())
          .exceptionHandler(failure -> over())
          .resume();
    }

    /**
     * Discards the rest, but does not close the connection at once, because the answer would be
     * lost.
     */
    void discard() {
      if (state == State.READING) {
        state = State.DISCARDING;
        letGo();
        count(Unanswered.REQUEST_BYTES);
      }
    }

    private Buffer letGo() {
      Buffer all = content;
      content = Buffer.buffer(0);
      return all;
    }

    private void take(Buffer chunk) {
      if (state != State.READING) {
        return;
      }
      if (content.length() + (long) chunk.length() > options.maxClientMessageBytes()) {
        discard();
        Problems.answer(context, tooLarge());
        return;
      }
      content.appendBuffer(chunk);
      // A buffer grows by doubling.
      count(Unanswered.REQUEST_BYTES + 2L * Integer.highestOneBit(content.length()));
    }

    private void ended() {
      if (state != State.READING) {
        over();
      } else if (share.stay()) {
        goOn();
      } // Otherwise it has made room for others, and is about to be refused.
    }

    private void goOn() {
      state = State.OVER;
      loop.wheel().cancel(timer);
      HttpServerResponse response = context.response();
      if (response.ended() || response.closed()) {
        share.release(); // A handler of the application that did not want to wait has answered it.
        return;
      }
      share.release();
      try {
        publisher.ifPresent(this::keep);
        next.run();
      } catch (RuntimeException | Error e) {
        context.fail(e);
      }
    }

    /**
     * It no longer counts with what arrives, or others would have to make room for messages that
     * the broker delays.
     */
    private void keep(String who) {
      Runnable answered = unanswered.reserve(who, Unanswered.REQUEST_BYTES + content.length());
      context.addEndHandler(done -> answered.run());
    }

    private void over() {
      state = State.OVER;
      letGo();
      loop.wheel().cancel(timer);
      share.release();
    }

    private void late() {
      end(
          new MillraceException(
              MillraceException.Code.REQUEST_TIMEOUT,
              "The body did not arrive within " + options.bodyTimeout().toMillis() + " ms."));
    }

    private void makeRoom() {
      if (state != State.OVER) {
        end(
            new MillraceException(
                MillraceException.Code.UNAVAILABLE,
                "This server has too many unfinished requests. Send the body faster."));
      }
    }

    /** Ends the request, and answers it if it was not answered. */
    private void end(MillraceException problem) {
      boolean alone = request.version() != HttpVersion.HTTP_2;
      HttpServerResponse response = context.response();
      if (state == State.READING) {
        if (alone && !response.headWritten()) {
          response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
        Problems.answer(context, problem);
      }
      over();
      if (alone) {
        request.connection().close();
      } else {
        response.reset(NO_ERROR);
      }
    }
  }
}
