package io.millrace.testkit;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** How a {@link Middlebox} treats one request: what its {@link Fault} has changed. */
final class Treatment {

  /** An answer that the server did not give. */
  record Answer(int status, String html) {}

  private Optional<Answer> answer = Optional.empty();
  private boolean hangs;
  private final List<String> stripped = new ArrayList<>();
  private Duration delay = Duration.ZERO;
  private Optional<Duration> duplicate = Optional.empty();
  private Optional<Duration> killAfter = Optional.empty();
  private Optional<Duration> timeOut = Optional.empty();
  private Flow up = Flow.FREE;
  private Flow down = Flow.FREE;

  Optional<Answer> answer() {
    return answer;
  }

  void answer(int status, String html) {
    answer = Optional.of(new Answer(status, html));
  }

  boolean hangs() {
    return hangs;
  }

  void hang() {
    hangs = true;
  }

  void strip(String... headers) {
    stripped.addAll(List.of(headers));
  }

  /** The headers that are forwarded. */
  MultiMap forwarded(MultiMap headers) {
    MultiMap kept = MultiMap.caseInsensitiveMultiMap().addAll(headers);
    stripped.forEach(kept::remove);
    return kept;
  }

  Duration delay() {
    return delay;
  }

  void delay(Duration time) {
    delay = time;
  }

  Optional<Duration> duplicate() {
    return duplicate;
  }

  void duplicate(Duration later) {
    duplicate = Optional.of(later);
  }

  Optional<Duration> killAfter() {
    return killAfter;
  }

  void killAfter(Duration time) {
    killAfter = Optional.of(time);
  }

  Optional<Duration> timeOut() {
    return timeOut;
  }

  void timeOut(Duration time) {
    timeOut = Optional.of(time);
  }

  Flow up() {
    return up;
  }

  void up(Flow flow) {
    up = flow;
  }

  Flow down() {
    return down;
  }

  void down(Flow flow) {
    down = flow;
  }
}
