package io.millrace.core.log;

import io.millrace.ChannelPattern;
import io.millrace.HistoryOptions;
import io.millrace.Message;
import io.millrace.MillraceOptions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Does what {@link Log} should do in the simplest way: everything is kept and flagged. */
final class LogModel {

  /** An entry; if it has no channel, an interruption. */
  static final class Item {
    final long seq;
    final long at;
    final int size;
    final String channel;
    final String event;
    final List<ChannelPattern> interrupted;
    boolean inRing = true;
    boolean held = true;

    Item(
        long seq,
        long at,
        int size,
        String channel,
        String event,
        List<ChannelPattern> interrupted) {
      this.seq = seq;
      this.at = at;
      this.size = size;
      this.channel = channel;
      this.event = event;
      this.interrupted = interrupted;
    }

    boolean isEntry() {
      return !channel.isEmpty();
    }

    boolean isHistory() {
      return isEntry() && held && !inRing;
    }
  }

  private static final Map<ChannelPattern, Map<String, Boolean>> MATCHES =
      new ConcurrentHashMap<>();

  private final MillraceOptions options;
  private final Map<String, HistoryOptions> limits = new HashMap<>();
  final List<Item> items = new ArrayList<>();
  final Map<String, Integer> interest = new HashMap<>();
  int subscriptions;

  /** The channels that remember what they have dropped: until they are forgotten. */
  private final Set<String> dropping = new HashSet<>();

  LogModel(MillraceOptions options) {
    this.options = options;
  }

  long head() {
    return items.size();
  }

  void append(long now, String channel, Message message) {
    int size = Footprint.entry(message);
    items.add(new Item(head() + 1, now, size, channel, message.event(), List.of()));
    enforce(now);
  }

  void interrupt(long now, List<ChannelPattern> patterns) {
    items.add(new Item(head() + 1, now, Footprint.interruption(patterns), "", "", patterns));
    enforce(now);
  }

  void sweep(long now) {
    enforce(now);
    items.stream().map(item -> item.channel).distinct().toList().forEach(it -> trim(it, now));
    enforce(now);
  }

  private void enforce(long now) {
    do {
      shortenRing(now);
      while (historyBytes() > options.historyBytes()) {
        drop(items.stream().filter(Item::isHistory).findFirst().orElseThrow());
      }
    } while (ringBytes() > options.ringBytes());
  }

  private void shortenRing(long now) {
    for (Item item : items) {
      if (item.inRing
          && (ringBytes() > options.ringBytes() || now - item.at > options.ringAge().toMillis())) {
        item.inRing = false;
        trim(item.channel, now);
      } else if (item.inRing) {
        break;
      }
    }
  }

  private void trim(String channel, long now) {
    while (!channel.isEmpty()) {
      HistoryOptions limits = limits(channel);
      List<Item> held = held(channel);
      long bytes = held.stream().filter(Item::isHistory).mapToLong(item -> item.size).sum();
      boolean exceeds =
          !held.isEmpty()
              && held.get(0).isHistory()
              && (held.size() > limits.count()
                  || bytes > limits.bytes()
                  || now - held.get(0).at >= limits.age().toMillis());
      if (!exceeds) {
        return;
      }
      drop(held.get(0));
    }
  }

  private void drop(Item oldest) {
    oldest.held = false;
    dropping.add(oldest.channel);
    forget(oldest.channel);
  }

  private void forget(String channel) {
    if (interest.getOrDefault(channel, 0) == 0 && held(channel).isEmpty()) {
      dropping.remove(channel);
    }
  }

  private HistoryOptions limits(String channel) {
    return limits.computeIfAbsent(channel, options::historyOf);
  }

  List<Item> held(String channel) {
    return items.stream()
        .filter(item -> item.isEntry() && item.held && item.channel.equals(channel))
        .toList();
  }

  List<Long> history(String channel, int limit, EventFilter filter, long now) {
    long age = limits(channel).age().toMillis();
    List<Long> found =
        held(channel).stream()
            .filter(item -> item.inRing || now - item.at < age)
            .filter(item -> filter.events().isEmpty() || filter.events().contains(item.event))
            .map(item -> item.seq)
            .toList();
    return found.subList(Math.max(0, found.size() - limit), found.size());
  }

  long ringBytes() {
    return items.stream().filter(item -> item.inRing).mapToLong(item -> item.size).sum()
        + channels(item -> item.isEntry() && item.held)
        - channels(Item::isHistory);
  }

  private long historyBytes() {
    return items.stream().filter(Item::isHistory).mapToLong(item -> item.size).sum()
        + channels(Item::isHistory);
  }

  /** A channel counts with its history if it has one, otherwise with the ring. */
  private long channels(Predicate<Item> of) {
    return items.stream()
        .filter(of)
        .map(item -> item.channel)
        .distinct()
        .mapToLong(it -> Footprint.channel(it) + (dropping.contains(it) ? Footprint.DROPPED : 0))
        .sum();
  }

  long heldBytes() {
    return ringBytes() + historyBytes();
  }

  long evictedThrough() {
    return items.stream()
        .filter(item -> !item.inRing)
        .map(item -> item.seq)
        .max(Comparator.naturalOrder())
        .orElse(0L);
  }

  long channelCount() {
    return items.stream()
            .filter(item -> item.isEntry() && item.held)
            .map(item -> item.channel)
            .distinct()
            .filter(channel -> interest.getOrDefault(channel, 0) == 0)
            .count()
        + interest.values().stream().filter(count -> count > 0).count();
  }

  void interested(ChannelPattern pattern, int change) {
    subscriptions += change;
    if (pattern.isName()) {
      interest.merge(pattern.toString(), change, Integer::sum);
      forget(pattern.toString());
    }
  }

  Item item(long seq) {
    return items.get((int) seq - 1);
  }

  /** Returns how many messages of a channel after a place are no longer held. */
  long missed(String channel, long after) {
    return items.stream()
        .filter(item -> item.seq > after && item.channel.equals(channel) && !item.held)
        .count();
  }

  /** Returns the newest loss beyond a place that must be reported to a pattern's subscriber. */
  Optional<Item> newestLoss(ChannelPattern pattern, long after, List<String> universe) {
    return items.stream()
        .filter(item -> item.seq > after && isLoss(item, pattern, universe))
        .max(Comparator.comparingLong(item -> item.seq));
  }

  private static boolean isLoss(Item item, ChannelPattern pattern, List<String> universe) {
    return item.isEntry()
        ? !item.held && matches(pattern, item.channel)
        : concerns(item, pattern, universe);
  }

  /** Returns whether some channel is both interrupted and subscribed. */
  static boolean concerns(Item interruption, ChannelPattern pattern, List<String> universe) {
    return universe.stream()
        .filter(name -> matches(pattern, name))
        .anyMatch(name -> interruption.interrupted.stream().anyMatch(it -> matches(it, name)));
  }

  /** Remembers what matches, because the model asks repeatedly. */
  static boolean matches(ChannelPattern pattern, String name) {
    return MATCHES
        .computeIfAbsent(pattern, it -> new ConcurrentHashMap<>())
        .computeIfAbsent(name, pattern::matches);
  }
}
