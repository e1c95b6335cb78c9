package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.ReaderInfo;
import io.millrace.ReaderListener;
import io.millrace.core.broker.RareLog;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/** Tells the application's listener of clients. Its faults affect nobody. */
final class Listening {

  private final ReaderListener listener;
  private final Asking asking;
  private final RareLog failures = new RareLog(System.getLogger(Listening.class.getName()));

  Listening(MillraceOptions options, ReaderListener listener) {
    this.listener = listener;
    this.asking = new Asking(options, "The listener", known -> true);
  }

  /** Completes if the listener lets a client attach. */
  Future<Void> beforeAttach(Arrival arrival) {
    ReaderInfo arriving = new Arriving(arrival);
    Future<Boolean> let =
        asking.ask(
            "a client",
            Listening::refusal,
            () -> listener.beforeAttach(arriving).map(done -> true));
    return asking.inTime(let, arrival.context.vertx()).mapEmpty();
  }

  private static MillraceException refusal() {
    return new MillraceException(
        MillraceException.Code.FORBIDDEN, "The application does not let you connect.");
  }

  void attached(ReaderInfo reader) {
    guard(() -> listener.attached(reader));
  }

  void ended(ReaderInfo reader, String reason) {
    guard(() -> listener.ended(reader, reason));
  }

  /** Lets the application act. */
  void guard(Runnable action) {
    try {
      action.run();
    } catch (Throwable failure) {
      failures.warn("The listener failed.", failure);
    }
  }

  /** A client that is not attached yet. */
  private record Arriving(Arrival arrival) implements ReaderInfo {

    @Override
    public Client client() {
      return arrival.client();
    }

    @Override
    public Optional<String> clientId() {
      return arrival.asked.client();
    }

    @Override
    public String transport() {
      return arrival.transport.name();
    }

    @Override
    public Set<ChannelPattern> channels() {
      return Set.copyOf(arrival.asked.patterns());
    }

    @Override
    public void periodic(Duration every, Handler<ReaderInfo> tick) {
      throw early();
    }

    @Override
    public void disconnect(String reason) {
      throw early();
    }

    private static IllegalStateException early() {
      return new IllegalStateException(
          "This client is not attached yet. To refuse it, return a failed future.");
    }
  }
}
