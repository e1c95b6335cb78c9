package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.ReaderInfo;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.reader.LastingReader;
import io.millrace.core.reader.Shard;
import io.millrace.core.reader.Wheel;
import io.millrace.spi.Ending;
import io.vertx.core.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A reader as the application's listener sees it. Owned by the reader's event loop. */
final class ListenedReader implements ReaderInfo {

  private final Listening listening;
  private final LastingReader reader;
  private final Shard shard;
  private final List<Wheel.Timer> timers = new ArrayList<>(0);
  private boolean told;

  ListenedReader(Listening listening, LastingReader reader) {
    this.listening = listening;
    this.reader = reader;
    this.shard = reader.shard;
  }

  /** The reader has begun. */
  void attached() {
    if (!reader.isEnded()) {
      told = true;
      listening.attached(this);
    }
  }

  /** The reader has ended. */
  void ended() {
    timers.forEach(shard.loop().wheel()::cancel);
    timers.clear();
    if (told) {
      listening.ended(this, reader.endedFor());
    }
  }

  @Override
  public Client client() {
    return reader.client();
  }

  @Override
  public Optional<String> clientId() {
    return reader.clientId();
  }

  @Override
  public String transport() {
    return reader.transport().orElseThrow();
  }

  @Override
  public Set<ChannelPattern> channels() {
    return Set.copyOf(ReadPosition.patterns(reader.held()));
  }

  @Override
  public void periodic(Duration every, Handler<ReaderInfo> tick) {
    long millis = every.toMillis();
    if (millis < 1) {
      throw new IllegalArgumentException("The time must be at least a millisecond.");
    }
    if (shard.loop().isHere()) {
      begin(millis, tick);
    } else {
      shard.run(() -> begin(millis, tick));
    }
  }

  private void begin(long millis, Handler<ReaderInfo> tick) {
    if (!reader.isEnded()) {
      Ticking ticking = new Ticking(millis, tick);
      timers.add(ticking.timer);
      ticking.later();
    }
  }

  private final class Ticking {
    private final long millis;
    private final Handler<ReaderInfo> tick;
    private final Wheel.Timer timer = new Wheel.Timer(this::now);

    Ticking(long millis, Handler<ReaderInfo> tick) {
      this.millis = millis;
      this.tick = tick;
    }

    void later() {
      shard.loop().wheel().scheduleIn(timer, millis);
    }

    private void now() {
      listening.guard(() -> tick.handle(ListenedReader.this));
      if (!reader.isEnded()) {
        later();
      }
    }
  }

  @Override
  public void disconnect(String reason) {
    if (reason.length() > MAX_REASON || !reason.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "A reason must have at most " + MAX_REASON + " characters of ASCII.");
    }
    Ending ending = new Ending(Ending.DISCONNECTED.code(), reason, Duration.ZERO);
    shard.run(() -> shard.guard(reader, () -> reader.end(ending)));
  }
}
