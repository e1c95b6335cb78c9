package io.millrace.samples.demo;

import io.millrace.Channel;
import io.millrace.Message;
import io.millrace.Millrace;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows feeds, and publishes the new entries of each on {@code feed.<name>}, with an event for
 * each kind.
 */
final class FeedPoller extends VerticleBase {

  private static final Logger LOG = System.getLogger(FeedPoller.class.getName());

  /** At most this many entries are published when a feed is read for the first time. */
  private static final int MAX_AT_ONCE = 30;

  private static final int MAX_BACK_OFF = 16;

  private final Millrace millrace;
  private final List<FeedSource> sources;
  private final List<Poll> polls = new ArrayList<>();
  private @Nullable HttpClient client;

  FeedPoller(Millrace millrace, List<FeedSource> sources) {
    this.millrace = millrace;
    this.sources = List.copyOf(sources);
  }

  @Override
  public Future<?> start() {
    HttpClient asking =
        vertx.createHttpClient(new HttpClientOptions().setDecompressionSupported(true));
    client = asking;
    for (FeedSource source : sources) {
      polls.add(new Poll(source, new FeedReader(vertx, asking, source)));
    }
    polls.forEach(Poll::run);
    return Future.succeededFuture();
  }

  /** Gives up open requests, and waits for parsing, which must not end without an event loop. */
  @Override
  public Future<?> stop() {
    HttpClient asking = client;
    client = null;
    Future<?> closed = asking == null ? Future.succeededFuture() : asking.close();
    return closed
        .transform(done -> Future.join(polls.stream().map(poll -> poll.round).toList()))
        .otherwiseEmpty();
  }

  /** Polls one feed, again and again. */
  private final class Poll {

    private final FeedSource source;
    private final FeedReader reader;
    private final Channel channel;
    private Future<?> round = Future.succeededFuture();
    private int failures;

    Poll(FeedSource source, FeedReader reader) {
      this.source = source;
      this.reader = reader;
      this.channel = millrace.channel("feed." + source.name());
    }

    void run() {
      round =
          reader
              .read()
              .compose(this::publish)
              .onSuccess(done -> failures = 0)
              .onFailure(this::failed)
              .onComplete(done -> again());
    }

    /** Publishes the oldest first. Each waits for the one before, to keep the feed's order. */
    private Future<Void> publish(List<SeenEntries.News> news) {
      Future<Void> published = Future.succeededFuture();
      for (var item : news.subList(Math.max(0, news.size() - MAX_AT_ONCE), news.size())) {
        Message message = Message.json(item.event(), item.entry().toJson(source.name()));
        published = published.compose(before -> channel.publish(message)).mapEmpty();
      }
      return published;
    }

    private void again() {
      if (client != null) {
        vertx.setTimer(delay(), timer -> run());
      }
    }

    private void failed(Throwable e) {
      if (client != null && failures++ == 0) {
        LOG.log(Level.WARNING, "Feed {0} at {1}: {2}", source.name(), source.uri(), reason(e));
      }
    }

    private long delay() {
      return source.interval().toMillis() * Math.min(MAX_BACK_OFF, 1L << Math.min(failures, 10));
    }

    private static String reason(Throwable e) {
      String message = e.getMessage();
      return message == null ? e.getClass().getSimpleName() : message;
    }
  }
}
