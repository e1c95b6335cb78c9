package io.millrace.spi.support;

import io.millrace.internal.ChunkedBody;
import io.millrace.internal.Responses;
import io.millrace.internal.Unsent;
import io.millrace.internal.WriteQueue;
import io.millrace.spi.Ending;
import io.millrace.spi.Outlet;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An outlet that streams into an HTTP response: each write is one chunk (HTTP/1.1) or DATA frame
 * (HTTP/2). It may be extended, for a response that begins or ends differently.
 *
 * <p>Over HTTP/1.1, once the first write was sent, chunks bypass Vert.x and go directly to the
 * connection: they are made once for all responses of an event loop that get the same buffer.
 * {@link HttpServerResponse#bytesWritten()} does not count them. The server's idle timeout still
 * applies, but may take up to half as long again. Vert.x makes the chunks if it has metrics, which
 * count bytes; if the server compresses, or has an idle timeout for reads alone or writes alone;
 * and on the module path, unless {@code --add-exports
 * io.vertx.core/io.vertx.core.net.impl=io.millrace.api} lets Millrace reach the connection.
 */
public class ResponseOutlet implements Outlet {

  /** How long a client may take to read what was written before the end. */
  private static final int PATIENCE_SECONDS = 30;

  private static final Buffer PING = Buffer.buffer(new byte[8]);

  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final Unsent.Connection connection;
  private final boolean pastVertx;
  private Runnable drained = () -> {};

  /** What Vert.x has not written. */
  private final WriteQueue queue = new WriteQueue(() -> drained.run());

  /** The last write by Vert.x. */
  private Future<Void> written = Future.failedFuture("Nothing was written.");

  private @Nullable ChunkedBody body;
  private boolean heard = true;

  /**
   * Begins a streamed response, with the headers of {@link #stream}. Set other headers, or another
   * status, before the first write, which sends them.
   *
   * @param request a request whose response has not begun
   * @param contentType the stream's media type
   */
  public ResponseOutlet(HttpServerRequest request, String contentType) {
    this.request = request;
    this.response = stream(request.response().setChunked(true), contentType);
    this.connection = () -> ChunkedBody.abort(request);
    this.pastVertx = ChunkedBody.isPossible(request);
  }

  /**
   * Sets the headers of a response that streams: its type, and those that keep caches and proxies
   * from storing, changing or buffering it ({@code Cache-Control: no-store, no-transform}, RFC
   * 9111, section 5.2.2; {@code Incremental: ?1}, RFC 10036; {@code X-Accel-Buffering: no}, which
   * nginx and others honor). For a response without an outlet, such as a refusal.
   *
   * @param response a response that has not begun
   * @param contentType the stream's media type
   * @return the response
   */
  public static HttpServerResponse stream(HttpServerResponse response, String contentType) {
    return response
        .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store, no-transform")
        .putHeader("Incremental", "?1")
        .putHeader("X-Accel-Buffering", "no");
  }

  @Override
  public boolean writable() {
    return body != null ? body.isWritable() : !queue.isFull() && !response.writeQueueFull();
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the response has ended
   */
  @Override
  public void write(Buffer frames) {
    if (pastVertx && body == null && written.succeeded()) {
      body = ChunkedBody.begin(request, () -> drained.run()).orElse(null);
    }
    if (body != null) {
      body.write(frames);
    } else {
      written = Unsent.write(request, frames, connection);
      queue.add(written, frames.length());
    }
  }

  /** {@inheritDoc} Over HTTP/2, it asks by a ping (RFC 9113, section 6.7). */
  @Override
  public boolean hasHeard() {
    if (request.version() != HttpVersion.HTTP_2) {
      return true;
    }
    boolean since = heard;
    heard = false;
    request.connection().ping(PING).onSuccess(answer -> heard = true);
    return since;
  }

  @Override
  public void onDrain(Runnable handler) {
    drained = handler;
    response.drainHandler(ignored -> drained.run());
  }

  @Override
  public void onClose(Runnable handler) {
    Responses.onClose(response, handler);
  }

  @Override
  public void end(Ending ending) {
    if (response.ended() || response.closed()) {
      return;
    }
    if (ending.equals(Ending.STALLED)) {
      connection.abort();
    } else {
      Future<Void> ended = Unsent.answer(request, Buffer.buffer());
      if (!ended.isComplete()) {
        // A client that does not read would keep the connection, and what waits for it.
        ended.timeout(PATIENCE_SECONDS, TimeUnit.SECONDS).onFailure(late -> connection.abort());
      }
      if (request.version() == HttpVersion.HTTP_1_0) {
        ended.onComplete(done -> request.connection().close()); // Nothing else ends the body.
      }
    }
  }
}
