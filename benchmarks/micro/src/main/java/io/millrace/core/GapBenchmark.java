package io.millrace.core;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Gap;
import io.millrace.MillraceOptions;
import io.millrace.core.log.EventFilter;
import io.millrace.core.log.Log;
import io.millrace.core.log.ReadPosition;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.core.log.ResumeFrom;
import io.millrace.core.log.Slice;
import io.millrace.core.log.SliceRequest;
import io.millrace.core.log.StartPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** Checks whether the log has everything after a client's cursor. */
public class GapBenchmark extends MicroBenchmark {

  private static final int APPENDED = 20_000;

  /** The cursor of a client. */
  public enum ClientShare {
    /** The log goes back that far. */
    IN_REACH,
    /** What follows it has left the log. */
    BEHIND,
    /** It is of another log. */
    OTHER_EPOCH,
    /** It is not a cursor. */
    UNREADABLE
  }

  /** The case. */
  @Param public ClientShare place = ClientShare.IN_REACH;

  /** How many channels the client subscribes to. */
  @Param({"1", "100"})
  public int channels;

  private final Log log = new Log(new MillraceOptions().setRingBytes(1 << 20), false, () -> 0);
  private final List<ChannelPattern> patterns = new ArrayList<>();
  private ResumeFrom start = ResumeFrom.NOW;

  /** Appends more than the log holds. */
  @Setup
  public void fill() {
    for (int i = 0; i < channels; i++) {
      patterns.add(ChannelPattern.of("channel." + i));
    }
    for (int i = 0; i < APPENDED; i++) {
      log.append(patterns.get(i % channels).toString(), MESSAGE);
    }
    start = new ResumeFrom(Optional.of(cursor()), 0);
    check(gap().equals(expected()), place + " leads to " + gap());
  }

  private String cursor() {
    return switch (place) {
      case IN_REACH -> log.cursor(APPENDED - 10).toString();
      case BEHIND -> log.cursor(1).toString();
      case OTHER_EPOCH -> new Cursor("other", 1).toString();
      case UNREADABLE -> "nonsense";
    };
  }

  private Optional<Gap.Reason> expected() {
    return switch (place) {
      case IN_REACH -> Optional.empty();
      case BEHIND -> Optional.of(Gap.Reason.EXPIRED);
      case OTHER_EPOCH -> Optional.of(Gap.Reason.EPOCH);
      case UNREADABLE -> Optional.of(Gap.Reason.UNKNOWN);
    };
  }

  /**
   * Attaches, looks for a gap, reads nothing, and detaches.
   *
   * @return the gap notice that would be sent
   */
  @Benchmark
  public Optional<Gap.Reason> gap() {
    List<ReaderSubscription> subscriptions = new ArrayList<>(channels);
    for (ChannelPattern pattern : patterns) {
      subscriptions.add(new ReaderSubscription(pattern, EventFilter.ALL));
    }
    StartPosition position = log.attach(subscriptions, start);
    long seq = position.seq();
    List<ReadPosition> positions = position.positions();
    Slice slice =
        new SliceRequest(positions, seq, seq, 1, 1).read(log, Optional.of(Gap.Reason.EXPIRED));
    log.detach(positions);
    return position.gap().or(() -> slice.gaps().stream().map(Gap::reason).findFirst());
  }
}
