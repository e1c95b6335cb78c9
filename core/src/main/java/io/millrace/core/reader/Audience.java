package io.millrace.core.reader;

import io.millrace.core.log.Footprint;
import io.millrace.core.log.LogEntry;
import io.millrace.core.log.ReaderSubscription;
import io.millrace.spi.Framing;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The readers of one shard that have the same subscriptions and the same framing, so that what is
 * pending for one is pending for all. Those that are up to date are its members. Owned by the event
 * loop.
 */
final class Audience {

  /**
   * What readers of one audience have in common. Clients choose their channels, so the hash code is
   * one that they cannot predict: if many were equal, each reader would be compared with every
   * other.
   */
  record Key(Framing framing, Set<ReaderSubscription> subscriptions, int hash) {

    private static final long SECRET = new SecureRandom().nextLong();
    private static final long FNV_PRIME = 0x100000001b3L;

    static Key of(Framing framing, Set<ReaderSubscription> subscriptions) {
      long sum = framing.hashCode();
      for (ReaderSubscription subscription : subscriptions) {
        sum += hash(subscription.pattern().toString()) ^ subscription.filter().hashCode();
      }
      return new Key(framing, subscriptions, Long.hashCode(sum));
    }

    private static long hash(String text) {
      long hash = SECRET;
      for (int i = 0; i < text.length(); i++) {
        hash = (hash ^ text.charAt(i)) * FNV_PRIME;
      }
      return hash ^ (hash >>> 29);
    }

    @Override
    public int hashCode() {
      return hash;
    }
  }

  final Key key;

  /** About how many bytes of the heap it takes. */
  final long footprint;

  /** How many readers belong to it, whether up to date or not. */
  int readers;

  /** The number of such readers in all shards of the event loop. */
  final ReaderLoop.Alike alike;

  private final Shard shard;
  private final List<Reader> members = new ArrayList<>();
  private final List<LogEntry> pending = new ArrayList<>();
  private int pendingBytes;

  /** The ids of clients that do not get all of what is pending. */
  private Set<String> excepted = Set.of();

  /** Whether other audiences may also need the frames of what is pending. */
  private boolean common;

  private Buffer joined = Framing.NOTHING;
  private boolean delivering;
  private boolean departed;

  Audience(Shard shard, Key key) {
    this.shard = shard;
    this.key = key;
    this.alike = shard.loop().alike(key);
    this.footprint = Footprint.audience(ReaderSubscription.patterns(key.subscriptions()));
  }

  void join(Reader reader) {
    reader.slot = members.size();
    members.add(reader);
  }

  void leave(Reader reader) {
    if (delivering) {
      members.set(reader.slot, Reader.NOBODY);
      departed = true;
      return;
    }
    Reader last = members.remove(members.size() - 1);
    if (last != reader) {
      members.set(reader.slot, last);
      last.slot = reader.slot;
    }
  }

  /** Returns whether an entry can be sent together with what is pending; a first one always can. */
  boolean hasRoomFor(LogEntry entry) {
    return pending.isEmpty() || pendingBytes + entry.size <= Shard.TURN_BYTES;
  }

  /**
   * Adds an entry to what is pending and returns whether it is the first.
   *
   * @param others whether other audiences get it, too
   */
  boolean pend(LogEntry entry, boolean others) {
    common |= others;
    pending.add(entry);
    pendingBytes += entry.size;
    if (entry.message().except().isPresent()) {
      excepted = excepted.isEmpty() ? new HashSet<>() : excepted;
      excepted.add(entry.message().except().get());
    }
    return pending.size() == 1;
  }

  List<LogEntry> pending() {
    return pending;
  }

  /** Returns whether something that is pending is for everybody but one of its members. */
  boolean isExcepted(Reader member) {
    return !excepted.isEmpty() && member.clientId().filter(excepted::contains).isPresent();
  }

  /** Returns the frames of what is pending, joined into one buffer that all members share. */
  Buffer joined() {
    if (joined.length() == 0) {
      List<Buffer> frames = new ArrayList<>(pending.size());
      boolean kept = common || alike.readers > 1;
      for (LogEntry entry : pending) {
        frames.add(kept ? shard.frames().frame(key.framing(), entry) : key.framing().entry(entry));
      }
      joined = FrameCache.join(frames);
    }
    return joined;
  }

  /**
   * Gives what is pending to every member. The members have read everything up to a place before
   * it.
   */
  void deliver(long before) {
    forEachMember(reader -> reader.receive(this, before));
    pending.clear();
    pendingBytes = 0;
    excepted = Set.of();
    common = false;
    joined = Framing.NOTHING;
  }

  /** Makes every member continue to read by itself from a place. */
  void disperse(long cursor) {
    forEachMember(reader -> reader.fallBehind(cursor));
  }

  private void forEachMember(Consumer<Reader> action) {
    delivering = true;
    for (int i = 0; i < members.size(); i++) {
      shard.guard(members.get(i), action);
    }
    delivering = false;
    if (departed) {
      departed = false;
      members.removeIf(reader -> reader == Reader.NOBODY);
      for (int i = 0; i < members.size(); i++) {
        members.get(i).slot = i;
      }
    }
  }
}
