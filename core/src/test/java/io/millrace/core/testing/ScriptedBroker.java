package io.millrace.core.testing;

import io.millrace.ChannelPattern;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A broker that confirms subscriptions as a test says. */
public final class ScriptedBroker extends EchoBroker {

  /** What was asked, in order: {@code +channel} and {@code -channel}. */
  public final List<String> calls = new CopyOnWriteArrayList<>();

  public volatile Function<ChannelPattern, Future<Void>> confirming =
      pattern -> Future.succeededFuture();

  public ScriptedBroker() {
    super("scripted");
    selective = true;
  }

  @Override
  public Future<Void> subscribe(ChannelPattern pattern) {
    calls.add("+" + pattern);
    return confirming.apply(pattern);
  }

  @Override
  public Future<Void> unsubscribe(ChannelPattern pattern) {
    calls.add("-" + pattern);
    return Future.succeededFuture();
  }
}
