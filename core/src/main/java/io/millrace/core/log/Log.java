package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
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
  private final ReentrantLock lock = new ReentrantLock();
  private final LogQueue<LogItem> ring = new LogQueue<>();
  private final Retention retention;

  /** Changed only under the lock; a survey iterates over it without the lock. */
  private final Map<String, ChannelLog> channels = new ConcurrentHashMap<>();

  private final Map<ChannelPattern, PatternLog> patterns = new HashMap<>();
  private final PatternTree<PatternLog> patternTree = new PatternTree<>();
  private final ForgottenMarks forgotten = new ForgottenMarks();
  private final List<Runnable> followers = new CopyOnWriteArrayList<>();

  /** Counts what readers and their subscriptions take, wherever they are. */
  private final Allowance readers;

  /** How many subscriptions are attached. */
  private int attached;

  /** The newest place where messages may have been lost on their way to this node. */
  private long interruptedThrough;

  private final ArrivedKeys arrived;
  private RecordKeys keys;

  /** When a backend's log is first followed, messages up to this time count only for their keys. */
  private Optional<Long> servedFrom = Optional.empty();

  private boolean warmingUp;
  private boolean serving;
  private volatile Epoch epoch = new Epoch(randomName());

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
    this.options = options;
    this.shared = shared;
    this.clock = clock;
    this.readers =
        new Allowance(
            options.readerBytes(), "This server is full. Name fewer channels, or try again later.");
    this.retention = new Retention(options, ring, this::forgetIfIdle);
    this.arrived = new ArrivedKeys(options);
    this.keys = new RecordKeys(options);
  }

  private static String randomName() {
    return Long.toUnsignedString(new SecureRandom().nextLong(), Character.MAX_RADIX);
  }

  /** Returns the name of the present numbering. */
  public Epoch epoch() {
    return epoch;
  }

  /** Returns the cursor of a place. */
  public Cursor cursor(long seq) {
    return epoch.cursor(seq);
  }

  /** Returns the newest sequence number. */
  public long head() {
    return head;
  }

  /** Returns the room for all readers, which counts their subscriptions while they are attached. */
  public Allowance readers() {
    return readers;
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
      long seq = head + 1;
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
    ChannelLog known = channels.get(channel);
    ChannelLog source = known != null ? known : channel(ChannelPattern.of(channel));
    LogEntry entry = new LogEntry(epoch, seq, now, source, message);
    source.entries.add(entry);
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
  public void begin(String name) {
    lock.lock();
    try {
      epoch = new Epoch(name);
      head = 0;
      warmingUp = false;
      servedFrom = Optional.empty();
      keys = new RecordKeys(options);
      ring.clear();
      retention.clear();
      forgotten.clear();
      patterns.values().forEach(PatternLog::clear);
      interruptedThrough = 0;
      channels.values().forEach(ChannelLog::clear);
      channels.values().removeIf(ChannelLog::isForgettable); // They have no mark to remember.
    } finally {
      lock.unlock();
    }
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
        boolean served = isServed(offset, time);
        if (served && original == seq) {
          add(seq, channel, message);
        }
        return cursor(original);
      } finally {
        reach(seq);
      }
    } finally {
      lock.unlock();
      followers.forEach(Runnable::run);
    }
  }

  /** Skips a record of a backend's log that is not a message, but may say the time. */
  public void skip(long offset, Instant written) {
    lock.lock();
    try {
      if (offset >= head) {
        isServed(offset, written.toEpochMilli());
        reach(offset + 1);
      }
    } finally {
      lock.unlock();
    }
    followers.forEach(Runnable::run);
  }

  /** From now on every record is served, however little was read before it. */
  public void serve() {
    lock.lock();
    try {
      serving = true;
      warmingUp = false;
    } finally {
      lock.unlock();
    }
  }

  private boolean isServed(long offset, long time) {
    if (head == 0 && offset > 0) {
      forgotten.rememberEverywhere(offset); // Everything before it is only in the backend.
      warmingUp = !serving;
    }
    if (warmingUp && time != Instant.EPOCH.toEpochMilli()) {
      if (servedFrom.isEmpty()) {
        servedFrom = Optional.of(time + RecordKeys.lead(options).toMillis());
      }
      warmingUp = time < servedFrom.get();
    }
    return !warmingUp;
  }

  private void reach(long seq) {
    if (warmingUp) {
      forgotten.rememberEverywhere(seq);
    }
    head = seq;
  }

  /** Takes a place for a possible loss, and marks the channels that it concerns. */
  public void interrupt(Collection<ChannelPattern> concerned) {
    takePlace(
        concerned,
        seq -> {
          interruptedThrough = seq;
          mark(concerned, seq);
        });
  }

  /** Takes a new place, after everything that was appended before, and returns it. */
  public long takePlace() {
    return takePlace(List.of(), seq -> {});
  }

  private long takePlace(Collection<ChannelPattern> concerned, LongConsumer marking) {
    long seq;
    lock.lock();
    try {
      long now = clock.getAsLong();
      seq = head + 1;
      ring.add(new Interruption(seq, now, concerned));
      head = seq;
      marking.accept(seq);
      retention.enforce(now);
    } finally {
      lock.unlock();
    }
    followers.forEach(Runnable::run);
    return seq;
  }

  /**
   * There may be very many concerned names and patterns, and also very many that are held and
   * subscribed.
   */
  private void mark(Collection<ChannelPattern> concerned, long seq) {
    PatternTree<ChannelPattern> wide = new PatternTree<>();
    for (ChannelPattern pattern : concerned) {
      forgotten.rememberInterruption(pattern, seq);
      if (pattern.isName()) {
        Optional.ofNullable(channels.get(pattern.toString()))
            .ifPresent(source -> source.interruptAt(seq));
        patternTree.matching(pattern.segments()).forEach(source -> source.interruptAt(seq));
      } else {
        wide.add(pattern, pattern);
        patterns.values().stream()
            .filter(source -> pattern.overlaps(source.pattern()))
            .forEach(source -> source.interruptAt(seq));
      }
    }
    if (!wide.isEmpty()) {
      channels.values().stream()
          .filter(source -> !wide.matching(source.pattern().segments()).isEmpty())
          .forEach(source -> source.interruptAt(seq));
    }
  }

  private LogSource source(ChannelPattern pattern) {
    return pattern.isName() ? channel(pattern) : pattern(pattern);
  }

  private ChannelLog channel(ChannelPattern pattern) {
    String name = pattern.toString();
    ChannelLog known = channels.get(name);
    if (known != null) {
      return known;
    }
    ChannelLog created = new ChannelLog(pattern, options.historyOf(name), patternTree);
    forgotten.recall(created);
    channels.put(name, created);
    return created;
  }

  private PatternLog pattern(ChannelPattern pattern) {
    PatternLog known = patterns.get(pattern);
    if (known != null) {
      return known;
    }
    PatternLog created = new PatternLog(pattern);
    forgotten.recall(created);
    patterns.put(pattern, created);
    patternTree.add(pattern, created);
    return created;
  }

  private void forgetIfIdle(ChannelLog channel) {
    if (channel.isForgettable()) {
      channels.remove(channel.text());
      channel.tellPatterns(); // The current survey will not find it any more.
      forgotten.remember(channel.pattern(), channel.mark());
    }
  }

  /**
   * Registers interest in subscriptions, and finds where reading begins. Nothing that is appended
   * later is missed. Clients attach by {@link Surveys} instead, which makes nobody wait.
   *
   * @throws io.millrace.MillraceException if {@code last} is asked of too wide a pattern; there is
   *     no interest then
   */
  public Beginning attach(List<ReaderSubscription> subscriptions, Start start) {
    Survey survey = enter(subscriptions, Collections.nCopies(subscriptions.size(), 0L), start);
    if (!survey.targets().isEmpty()) {
      SurveyPass pass = pass(List.of(survey));
      while (step(pass)) {
        Thread.onSpinWait(); // Others can take the lock meanwhile.
      }
    }
    return begin(survey);
  }

  /**
   * Registers interest in subscriptions. Nothing that is appended later is missed.
   *
   * @param heardFrom from where on the broker brings the messages of each
   * @return the survey that must be complete before {@link #begin}, if it has any targets
   */
  public Survey enter(List<ReaderSubscription> subscriptions, List<Long> heardFrom, Start start) {
    long bytes = 0;
    List<ReadPosition> positions = new ArrayList<>(subscriptions.size());
    lock.lock();
    try {
      boolean listed = Survey.asksLast(start);
      Survey survey = new Survey(positions, start, epoch, head);
      for (ReaderSubscription subscription : subscriptions) {
        LogSource source = source(subscription.pattern());
        if (source instanceof PatternLog pattern
            && (listed || (!pattern.surveyed && mayHaveLost(start)))) {
          survey.add(pattern, listed);
        }
        bytes += counted(source, source.interest++);
        subscription.filter().hold(readers);
        positions.add(
            new ReadPosition(source, subscription.filter(), heardFrom.get(positions.size())));
        attached++;
      }
      return survey;
    } finally {
      lock.unlock();
      readers.add(bytes);
    }
  }

  /** Returns what a subscription takes if other readers have the same one. */
  private static int counted(LogSource source, int others) {
    return Footprint.SUBSCRIPTION + (others == 0 ? Footprint.source(source.pattern()) : 0);
  }

  /** Returns whether anything may have been lost after a cursor. */
  private boolean mayHaveLost(Start start) {
    return start
        .cursor()
        .flatMap(Cursor::parse)
        .filter(cursor -> cursor.epoch().equals(epoch.name()))
        .filter(cursor -> cursor.seq() < Math.max(retention.evictedThrough(), interruptedThrough))
        .isPresent();
  }

  /** Begins a pass over all channels, for surveys that have targets. */
  SurveyPass pass(Collection<Survey> surveys) {
    return new SurveyPass(surveys, channels.values().iterator());
  }

  /** Examines some more channels. Returns whether there may be more. */
  boolean step(SurveyPass pass) {
    boolean more = pass.look();
    lock.lock();
    try {
      pass.take();
      if (!more) {
        pass.complete();
      }
    } finally {
      lock.unlock();
    }
    return more;
  }

  /**
   * Finds where reading begins.
   *
   * @param survey a complete survey
   * @throws io.millrace.MillraceException if {@code last} is asked of too wide a pattern; there is
   *     no interest any more then
   */
  public Beginning begin(Survey survey) {
    if (Survey.asksLast(survey.start)) {
      return newest(survey);
    }
    lock.lock();
    try {
      return new Beginnings(epoch.name(), shared, head).of(survey.positions, survey.start);
    } finally {
      lock.unlock();
    }
  }

  private Beginning newest(Survey survey) {
    try {
      Beginnings.checkReplayed(survey);
    } catch (MillraceException refused) {
      detach(survey.positions);
      throw refused;
    }
    long from = survey.epoch.equals(epoch) ? survey.head : head;
    Newest newest = new Newest(survey, from, clock.getAsLong());
    boolean more = true;
    while (more) {
      lock.lock();
      try {
        more = newest.look();
      } finally {
        lock.unlock();
      }
    }
    return newest.beginning();
  }

  /** Gives up the interest that {@link #attach} registered. */
  public void detach(Collection<ReadPosition> positions) {
    long bytes = 0;
    lock.lock();
    try {
      for (ReadPosition position : positions) {
        LogSource source = position.source();
        bytes += counted(source, --source.interest);
        position.filter().letGo(readers);
        attached--;
        if (source instanceof ChannelLog channel) {
          forgetIfIdle(channel);
        } else if (source instanceof PatternLog pattern && source.interest == 0) {
          patterns.remove(pattern.pattern());
          patternTree.remove(pattern.pattern(), pattern);
        }
      }
    } finally {
      lock.unlock();
      readers.add(-bytes);
    }
  }

  /**
   * Reads what comes next for attached subscriptions.
   *
   * @param positions where they are
   * @param after how far they have read
   * @param upTo how far to read, not beyond the head
   * @param mostEntries the maximum number of entries
   * @param mostBytes the maximum number of bytes; one entry always fits
   * @param lost the reason to give for what is no longer held; none if it should be read back
   */
  public Slice read(
      Collection<ReadPosition> positions,
      long after,
      long upTo,
      int mostEntries,
      int mostBytes,
      Optional<Gap.Reason> lost) {
    LogReader reader = new LogReader(ring, positions, after, upTo, mostEntries, mostBytes);
    lock.lock();
    try {
      reader.look(retention.past(), retention.evictedThrough(), lost);
    } finally {
      lock.unlock();
    }
    return reader.slice();
  }

  /**
   * What was read from the ring.
   *
   * @param count how many items; -1 if some have already left the ring
   * @param bytes their sizes, together
   * @param through there is nothing except these up to here
   */
  public record RingSlice(int count, int bytes, long through) {}

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
      if (after < retention.evictedThrough()) {
        return new RingSlice(-1, 0, head);
      }
      int bytes = 0;
      int count = 0;
      for (int i = ring.indexAfter(after); i < ring.size(); i++) {
        LogItem item = ring.get(i);
        if (count == into.length || (count > 0 && bytes + item.size > mostBytes)) {
          return new RingSlice(count, bytes, into[count - 1].seq);
        }
        bytes += item.size;
        into[count++] = item;
      }
      return new RingSlice(count, bytes, head);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the newest entries held of a channel, oldest first. */
  public List<Entry> history(String channel, int limit) {
    lock.lock();
    try {
      ChannelLog held = channels.get(channel);
      return held == null
          ? List.of()
          : List.copyOf(Beginnings.newest(held, limit, EventFilter.ALL, clock.getAsLong()));
    } finally {
      lock.unlock();
    }
  }

  /** Drops what has become too old. Called about every second. */
  public void sweep() {
    boolean more = true;
    for (int i = 0; more && i < STEPS_PER_SWEEP; i++) {
      lock.lock();
      try {
        more = retention.sweep(clock.getAsLong());
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns how many subscriptions are attached. */
  public int subscriptionCount() {
    lock.lock();
    try {
      return attached;
    } finally {
      lock.unlock();
    }
  }

  /** Returns how many channels are held. */
  public int channelCount() {
    lock.lock();
    try {
      return channels.size();
    } finally {
      lock.unlock();
    }
  }

  /** Returns about how many bytes of the heap the log takes. */
  public long heldBytes() {
    lock.lock();
    try {
      return retention.heldBytes()
          + (long) arrived.size() * Footprint.ARRIVED_KEY
          + (long) keys.size() * Footprint.RECORD_KEY;
    } finally {
      lock.unlock();
    }
  }
}
