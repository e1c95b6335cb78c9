package io.millrace.core.presence;

import io.millrace.ChannelPattern;
import io.millrace.Member;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Presence;
import io.millrace.core.broker.Control;
import io.millrace.core.broker.RareLog;
import io.millrace.core.log.Allowance;
import io.millrace.core.reader.BatchReader;
import io.millrace.core.reader.LastingReader;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.time.Duration;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who is present on the channels whose patterns the application has named, on this node and on
 * others. Without such a pattern, nothing is done. Owned by the node's event loop, except for what
 * is said to be safe on any thread.
 */
public final class Rooms {

  private static final Logger LOG = System.getLogger(Rooms.class.getName());

  /** How often what is due is looked for. */
  private static final long TICK_MILLIS = 100;

  /** How long a channel is not told of again. */
  static final long PAUSE_MILLIS = 1_000;

  private static final long GOODBYE_MILLIS = 1_000;

  /** Of what readers may take, the part that members of other nodes may take. */
  private static final int ELSEWHERE = 8;

  private final Set<ChannelPattern> patterns;
  private final Duration pollInterval;
  private final Control control;
  private final Allowance readers;
  private final ContextInternal context;
  private final LongSupplier clock;
  private final Map<String, Room> rooms = new ConcurrentHashMap<>();
  private final Set<Room> changed = new LinkedHashSet<>();
  private final Departures departures = new Departures();
  private final Visits visits = new Visits(this);
  private final OwnNews ownNews;
  private final OtherNodes otherNodes;
  private final Deliveries deliveries;
  private final RareLog full = new RareLog(LOG);

  /** The version of the newest view. */
  private volatile long version;

  private volatile boolean open;
  private long ticker;

  /**
   * Makes an object that knows of nobody.
   *
   * @param control how nodes tell each other
   * @param readers the room for what clients take
   * @param context the node's own event loop
   * @param clock the time, in milliseconds
   */
  public Rooms(
      MillraceOptions options,
      Control control,
      Allowance readers,
      ContextInternal context,
      LongSupplier clock) {
    this.patterns = options.presencePatterns();
    this.pollInterval = options.pollInterval();
    this.control = control;
    this.readers = readers;
    this.context = context;
    this.clock = clock;
    this.ownNews = new OwnNews(control);
    this.otherNodes = new OtherNodes(control, this, options.readerBytes() / ELSEWHERE);
    this.deliveries = new Deliveries(this);
  }

  /** Begins, if the application has named a pattern. */
  public void open() {
    if (!patterns.isEmpty()) {
      open = true;
      otherNodes.open(ownNews::wantAll);
      control.onBack(ownNews::wantAll);
      ticker = context.setPeriodic(TICK_MILLIS, tick -> pass());
    }
  }

  /**
   * Ends. Safe on any thread.
   *
   * @return completes when the other nodes have been told, or cannot be; never fails
   */
  public Future<Void> close() {
    if (!open) {
      return Future.succeededFuture();
    }
    open = false;
    context.owner().cancelTimer(ticker);
    run(this::forgetAll);
    return ownNews.sayGoodbye().timeout(GOODBYE_MILLIS, TimeUnit.MILLISECONDS).otherwiseEmpty();
  }

  private void forgetAll() {
    otherNodes.close();
    visits.close();
    for (Room room : rooms.values()) {
      room.occupants().forEach(it -> count(-it.bytes));
      count(-room.bytes());
    }
    rooms.clear();
  }

  /** Returns whether anybody is ever present. Safe on any thread. */
  public boolean isOpen() {
    return open;
  }

  /** Returns whether it is known who is present on a channel. Safe on any thread. */
  public boolean isKept(ChannelPattern channel) {
    return channel.isName() && patterns.stream().anyMatch(pattern -> pattern.covers(channel));
  }

  /** Returns the channels of which it is known who is present there. Safe on any thread. */
  public List<String> kept(Collection<ChannelPattern> channels) {
    return open && !patterns.isEmpty()
        ? channels.stream().filter(this::isKept).map(this::name).toList()
        : List.of();
  }

  /** Of many clients that name a channel, the name is held once. */
  private String name(ChannelPattern channel) {
    String name = channel.toString();
    Room known = rooms.get(name);
    return known == null ? name : known.channel();
  }

  /**
   * Returns how many bytes a client takes that subscribes to these, if no other client has any of
   * them; without what it takes as a member. Safe on any thread.
   */
  public long bytes(Collection<ChannelPattern> patterns, Wish wish) {
    List<String> channels = kept(patterns);
    return channels.isEmpty()
        ? 0
        : channels.stream().mapToLong(name -> Bytes.own(name, wish.isFor(name))).sum();
  }

  /** Returns who is present on a channel. Safe on any thread. */
  public Presence presence(String channel) {
    return view(channel).presence();
  }

  /**
   * Returns who is present on a channel, as clients are told. Safe on any thread.
   *
   * @param wish whether members are listed even if there are many
   */
  public JsonObject describe(String channel, Wish wish) {
    return view(channel).whole(wish.insists()).fields();
  }

  /** Returns what makes a client present that stays; empty if nobody ever is. */
  public Optional<Attendee> attendee(LastingReader reader) {
    return open ? Optional.of(new Attendee(this, reader)) : Optional.empty();
  }

  /**
   * Returns what makes a client present that takes one batch after the other; empty if the client
   * is not and wishes to be told nothing. Called before the reader begins.
   *
   * @param patterns what it is subscribed to
   * @param wish what it wishes to be told
   * @param polls whether it is told when to come again
   */
  public Optional<Visitor> visitor(
      BatchReader reader, Collection<ChannelPattern> patterns, Wish wish, boolean polls) {
    List<String> channels = kept(patterns);
    if (channels.isEmpty()) {
      return Optional.empty();
    }
    Optional<Member> who = Said.member(reader.client());
    if (who.isEmpty() && !wish.isAny()) {
      return Optional.empty();
    }
    Visitor visitor =
        new Visitor(this, reader, who, channels, wish, polls ? pollInterval : Duration.ZERO);
    visitor.begin();
    return Optional.of(visitor);
  }

  /** Does something on the node's event loop, in the order of the calls. Safe on any thread. */
  void run(Runnable task) {
    context.runOnContext(here -> task.run());
  }

  long now() {
    return clock.getAsLong();
  }

  /** Returns the version of the newest view. Safe on any thread. */
  long version() {
    return version;
  }

  /** Returns what was last told of a channel. Safe on any thread. */
  View view(String channel) {
    Room room = rooms.get(channel);
    return room == null ? View.empty(channel) : room.view();
  }

  /** Returns how many channels are known. Safe on any thread. */
  int size() {
    return rooms.size();
  }

  Visits visits() {
    return visits;
  }

  /** Takes bytes of the room for clients. */
  void take(long bytes) {
    readers.take(bytes);
  }

  /** Counts bytes of the room for clients. */
  void count(long bytes) {
    readers.add(bytes);
  }

  private Room room(String channel) {
    return rooms.computeIfAbsent(
        channel,
        first -> {
          Room room = new Room(first);
          count(room.bytes());
          return room;
        });
  }

  void tidy(Room room) {
    // There may be a newer one.
    if (room.isUnused() && rooms.remove(room.channel(), room)) {
      count(-room.bytes());
    }
  }

  private void touched(Room room) {
    if (room.hasChanged()) {
      changed.add(room);
    } else {
      tidy(room);
    }
  }

  /**
   * Counts a reader of this node.
   *
   * @return false if there is no room for it
   */
  boolean enter(String channel, Member member) {
    Room room = room(channel);
    Occupant before = room.occupant(member.user());
    int bytes = Said.footprint(member);
    try {
      take(bytes - (before == null ? 0 : before.bytes));
    } catch (MillraceException refused) {
      full.warn("There is no room to count everybody who is present.", refused);
      tidy(room);
      return false;
    }
    if (room.enterHere(member, bytes)) {
      ownNews.joined(channel, member);
    }
    touched(room);
    return true;
  }

  /** Counts a reader of this node no more. */
  void leave(String channel, String user) {
    Room room = rooms.get(channel);
    Occupant it = room == null ? null : room.occupant(user);
    if (it != null && --it.here == 0) {
      departures.add(it, now());
    }
  }

  private void departed(Occupant it) {
    count(-it.bytes);
    it.bytes = 0;
    it.room.leaveHere(it);
    ownNews.left(it.room.channel(), it.member().user());
    touched(it.room);
  }

  /**
   * Counts somebody on another node.
   *
   * @param first whether that node has not said so before
   */
  void elsewhere(String channel, Member member, boolean first) {
    Room room = room(channel);
    if (first) {
      room.enterElsewhere(member);
    } else {
      room.describe(member);
    }
    touched(room);
  }

  /** Counts somebody on another node no more. */
  void goneElsewhere(String channel, String user) {
    Room room = room(channel);
    Occupant it = room.occupant(user);
    if (it != null) {
      room.leaveElsewhere(it);
    }
    touched(room);
  }

  void watch(String channel, Watch watch) {
    Room room = room(channel);
    room.add(watch);
    count(Bytes.watch(channel));
    deliveries.soon(room, now());
  }

  void unwatch(String channel, Watch watch) {
    Room room = room(channel);
    watch.close();
    room.remove(watch);
    count(-Bytes.watch(channel));
    tidy(room);
  }

  /** Lets a request wait for what changes next. */
  void await(String channel, Visitor visitor) {
    if (room(channel).visitors().add(visitor)) {
      count(Bytes.AWAITED);
    }
  }

  void forget(String channel, Visitor visitor) {
    Room room = room(channel);
    if (room.visitors().remove(visitor)) {
      count(-Bytes.AWAITED);
    }
    tidy(room);
  }

  /** Does what is due. */
  void pass() {
    long now = now();
    departures.pass(now, this::departed);
    visits.pass(now);
    otherNodes.pass(now);
    ownNews.pass(now, rooms.values());
    for (Iterator<Room> all = changed.iterator(); all.hasNext(); ) {
      Room room = all.next();
      if (room.isDue(now, PAUSE_MILLIS)) {
        all.remove();
        long next = version + 1;
        int before = room.bytes();
        room.publish(next, now);
        count(room.bytes() - before);
        version = next; // Not before the view can be seen.
        deliveries.soon(room, now);
      } else if (!room.hasChanged()) {
        all.remove();
        tidy(room);
      }
    }
    deliveries.pass(now);
  }
}
