package io.millrace.core;

import io.millrace.Channel;
import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Presence;
import io.millrace.Publication;
import io.millrace.Subscriber;
import io.millrace.Subscription;
import io.vertx.core.Future;
import java.util.List;

/** A channel of a node. */
record ChannelHandle(MillraceNode node, String name) implements Channel {

  @Override
  public Future<Publication> publish(Message message) {
    return node.engine().publishing().publish(name, message);
  }

  @Override
  public Future<Subscription> subscribe(Subscriber subscriber) {
    return node.subscribe(ChannelPattern.of(name), subscriber);
  }

  @Override
  public Future<Subscription> subscribe(Cursor after, Subscriber subscriber) {
    return node.subscribe(ChannelPattern.of(name), after, subscriber);
  }

  @Override
  public Future<List<Entry>> history(int limit) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit must not be negative: " + limit);
    }
    return Future.succeededFuture(node.engine().log().history(name, limit));
  }

  @Override
  public Future<Presence> members() {
    return node.engine().rooms().isKept(ChannelPattern.of(name))
        ? Future.succeededFuture(node.engine().rooms().presence(name))
        : Future.failedFuture(
            new MillraceException(
                MillraceException.Code.FORBIDDEN,
                "It is not known who is present on \"" + name + "\": see addPresent."));
  }
}
