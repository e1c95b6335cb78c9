package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * One sequence of everything that arrives: a ring that all channels share, and each channel's
 * history. Safe on any thread: every method takes the lock for a short time, and no callback runs
 * under it.
 */
public final class Log {

  /** A sweep is done in steps, between which others may take the lock; the next sweep continues. */
  private static final int STEPS_PER_SWEEP = 100;

  private final MillraceOptions options;
  private final LongSupplier clock;
  private final boolean shared;
  private final Numbering numbering;
  private final LogLock lock = new LogLock();
  private final LogQueue<LogItem> ring = new LogQueue<>();
  private final Sources sources;
  private final Retention retention;
  private final Readership readership;
  private final ServingStart servingStart;
  private final ArrivedKeys arrived;
  private RecordKeys keys;
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();

  /** The newest place where messages may have been lost on their way to this node. */
  private long interruptedThrough;

  private volatile Epoch epoch = Epoch.random();

  /** The newest sequence number; written under the lock. */
  private volatile long head;

  /**
   * A log.
   *
   * @param options its bounds
   * @param shared whether other nodes may serve the same messages
   * @param clock milliseconds that never decrease
   */
  public Log(MillraceOptions options, boolean shared, LongSupplier clock) {
    this(options, shared, clock, Numbering.sinceNow());
  }

  /** As above, with microseconds that never decrease. */
  public Log(MillraceOptions options, boolean shared, LongSupplier clock, LongSupplier micros) {
    this.options = options;
    this.shared = shared;
    this.numbering = new Numbering(options.trafficHidden(), micros);
    this.clock = clock;
    this.sources = new Sources(options);
    this.retention = new Retention(options, ring, sources::forgetIfIdle);
    this.readership = new Readership(options, sources);
    this.servingStart = new ServingStart(options, sources);
    this.arrived = new ArrivedKeys(options);
    this.keys = new RecordKeys(options);
  }

  /** Returns the name of the present numbering. */
  public Epoch epoch() {
    return epoch;
  }

  /** Returns the cursor of a place. */
  public Cursor cursor(long seq) {
    return epoch.cursor(seq);
  }

  /** Returns what the numbers of its places mean. */
  public Numbering numbering() {
    return numbering;
  }

  /** Returns the newest sequence number. */
  public long head() {
    return head;
  }

  /** Returns the room for all readers, which counts their subscriptions while they are attached. */
  public Allowance readers() {
    return readership.room();
  }

  /** Calls a follower after each append from now on. The follower must return at once. */
  public void follow(Runnable follower) {
    followers.add(follower);
  }

  /** Stops calling a follower. */
  public void unfollow(Runnable follower) {
    followers.remove(follower);
  }

  /** Appends a message and returns its place, or that of an identical earlier one. */
  public Cursor append(String channel, Message message) {
    ChannelPattern.checkName(channel);
    Optional<MessageKey> key = MessageKey.of(channel, message);
    Cursor place;
    lock.lock();
    try {
      long seq = numbering.after(head);
      long original = key.isEmpty() ? seq : arrived.originalOf(seq, key.get(), clock.getAsLong());
      if (original == seq) {
        add(seq, channel, message);
        head = seq;
      }
      place = cursor(original);
    } finally {
      lock.unlock();
    }
    followers.forEach(Runnable::run);
    return place;
  }

  private void add(long seq, String channel, Message message) {
    long now = clock.getAsLong();
    ChannelLog source = sources.channel(channel);
    LogEntry entry = new LogEntry(epoch, seq, now, source, message);
    source.add(entry);
    ring.add(entry);
    retention.added(source);
    retention.enforce(now);
  }

  /**
   * Begins again, as the log of a backend. Everything that was held is dropped; readers must be
   * told.
   *
   * @param name the name that distinguishes this log from others
   */
  public void renew(String name) {
    lock.hold(
        () -> {
          epoch = new Epoch(name);
          head = 0;
          interruptedThrough = 0;
          servingStart.startOver();
          keys = new RecordKeys(options);
          ring.clear();
          retention.clear();
          sources.clear();
        });
  }

  /**
   * Appends a record of a backend's log. Whatever the result, the log then continues after it.
   *
   * @param offset its place there
   * @param written when it was written
   * @return its place here, or that of the earlier record that published the same message
   * @throws IllegalArgumentException if the offset does not rise
   * @throws MillraceException if it cannot be appended
   */
  public Cursor append(long offset, Instant written, String channel, Message message) {
    long time = written.toEpochMilli();
    long seq = offset + 1;
    Optional<MessageKey> key = MessageKey.of(channel, message);
    lock.lock();
    try {
      if (seq <= head) {
        throw new IllegalArgumentException("offset " + offset + " came after " + (head - 1));
      }
      try {
        ChannelPattern.checkName(channel);
        long original = key.isEmpty() ? seq : keys.originalOf(seq, key.get(), time);
        if (servingStart.isServed(head, offset, time) && original == seq) {
          add(seq, channel, message);
        }
        return cursor(original);
      } finally {
        head = servingStart.reach(seq);
      }
    } finally {
      lock.unlock();
      followers.forEach(Runnable::run);
    }
  }

  /** Skips a record of a backend's log that is not a message, but may say the time. */
  public void skip(long offset, Instant written) {
    lock.hold(
        () -> {
          if (offset >= head) {
            servingStart.isServed(head, offset, written.toEpochMilli());
            head = servingStart.reach(offset + 1);
          }
        });
    followers.forEach(Runnable::run);
  }

  /** From now on every record is served, however little was read before it. */
  public void serve() {
    lock.hold(servingStart::serve);
  }

  /** Takes a place for a possible loss, and marks the channels that it concerns. */
  public void interrupt(Collection<ChannelPattern> concerned) {
    takePlace(concerned);
  }

  /** Takes a new place, after everything that was appended before, and returns it. */
  public long takePlace() {
    return takePlace(List.of());
  }

  private long takePlace(Collection<ChannelPattern> concerned) {
    long taken =
        lock.hold(
            () -> {
              long now = clock.getAsLong();
              long seq = numbering.after(head);
              ring.add(new Interruption(seq, now, concerned));
              head = seq;
              if (!concerned.isEmpty()) {
                interruptedThrough = seq;
                sources.interrupt(concerned, seq);
              }
              retention.enforce(now);
              return seq;
            });
    followers.forEach(Runnable::run);
    return taken;
  }

  /**
   * Registers subscriptions, and finds where reading begins. Nothing that is appended later is
   * missed. Clients attach by {@link Surveys} instead, which makes nobody wait.
   *
   * @throws io.millrace.MillraceException if {@code last} is asked of too wide a pattern; nothing
   *     is registered then
   */
  public StartPosition attach(List<ReaderSubscription> subscriptions, ResumeFrom from) {
    Survey survey = enter(subscriptions, Collections.nCopies(subscriptions.size(), 0L), from);
    if (!survey.targets().isEmpty()) {
      SurveyPass pass = pass(List.of(survey));
      while (step(pass)) {
        Thread.onSpinWait(); // Others can take the lock meanwhile.
      }
    }
    return start(survey);
  }

  /**
   * Registers subscriptions. Nothing that is appended later is missed.
   *
   * @param heardFrom from where on the broker brings the messages of each
   * @return the survey that must be complete before {@link #start}, if it has any targets
   */
  public Survey enter(
      List<ReaderSubscription> subscriptions, List<Long> heardFrom, ResumeFrom from) {
    arrive();
    return lock.hold(
        () -> {
          Survey survey = new Survey(from, epoch, head);
          long lostThrough = Math.max(retention.evictedThrough(), interruptedThrough);
          readership.enter(survey, subscriptions, heardFrom, lostThrough);
          return survey;
        });
  }

  /** Begins a pass over all channels, for surveys that have targets. */
  SurveyPass pass(Collection<Survey> surveys) {
    return new SurveyPass(surveys, sources.channels());
  }

  /** Examines some more channels. Returns whether there may be more. */
  boolean step(SurveyPass pass) {
    boolean more = pass.look();
    lock.hold(() -> pass.take(more));
    return more;
  }

  /**
   * Finds where reading begins.
   *
   * @param survey a complete survey
   * @throws io.millrace.MillraceException if {@code last} is asked of too wide a pattern; nothing
   *     is registered any more then
   */
  public StartPosition start(Survey survey) {
    if (!Survey.asksLast(survey.from)) {
      arrive();
      return lock.hold(
          () -> new StartPositions(epoch.name(), shared, head).of(survey.positions, survey.from));
    }
    Optional<MillraceException> refusal = StartPositions.refusal(survey);
    if (refusal.isPresent()) {
      detach(survey.positions);
      throw refusal.get();
    }
    long from = survey.epoch.equals(epoch) ? survey.head : head;
    Newest newest = new Newest(survey, from, clock.getAsLong());
    while (lock.hold(newest::look)) {
      Thread.onSpinWait(); // Others can take the lock meanwhile.
    }
    return newest.start();
  }

  /** Gives up what {@link #attach} registered. */
  public void detach(Collection<ReadPosition> positions) {
    lock.hold(() -> readership.leave(positions));
  }

  /**
   * Reads what comes next for attached subscriptions.
   *
   * @param lost the reason to give for what is no longer held; none if it should be read back
   */
  Slice read(SliceRequest next, Optional<Gap.Reason> lost) {
    SliceReading reader = new SliceReading(ring, next);
    lock.hold(() -> reader.look(retention.past(), retention.evictedThrough(), lost));
    return reader.slice();
  }

  /**
   * Counts what a reader has had, so that what it will have missed is known if some of what follows
   * is dropped before it reads on.
   *
   * @param cursor how far it has read
   */
  public void count(Collection<ReadPosition> positions, long cursor) {
    lock.hold(() -> positions.forEach(position -> position.count(cursor)));
  }

  /**
   * Reads the ring.
   *
   * @param after how far the caller has read
   * @param into receives the items that follow, as many as fit
   * @param mostBytes the maximum number of bytes; one item always fits
   */
  public RingSlice readRing(long after, LogItem[] into, int mostBytes) {
    lock.lock();
    try {
      return after < retention.evictedThrough()
          ? new RingSlice(-1, 0, head)
          : RingSlice.read(ring, head, after, into, mostBytes);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the newest entries held of a channel, oldest first. */
  public List<Entry> history(String channel, int limit) {
    long now = clock.getAsLong();
    return lock.hold(() -> sources.history(channel, limit, now));
  }

  /** Whoever begins to read begins now, not at the last message of others. */
  private void arrive() {
    if (numbering.isTimed()) {
      lock.hold(() -> head = numbering.after(head));
      followers.forEach(Runnable::run);
    }
  }

  /** Drops what has become too old. Called about every second. */
  public void sweep() {
    arrive();
    numbering.pass(head);
    boolean more = true;
    for (int i = 0; more && i < STEPS_PER_SWEEP; i++) {
      more = lock.hold(() -> retention.sweep(clock.getAsLong()));
    }
  }

  /** Returns how many subscriptions are attached. */
  public int subscriptionCount() {
    return lock.hold(readership::subscriptions);
  }

  /** Returns how many channels are held. */
  public int channelCount() {
    return lock.hold(sources::channelCount);
  }

  /** Returns about how many bytes of the heap the log takes. */
  public long heldBytes() {
    return lock.hold(() -> retention.heldBytes() + arrived.heldBytes() + keys.heldBytes());
  }
}
