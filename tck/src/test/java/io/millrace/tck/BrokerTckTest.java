package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Broker;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The kit finds what is wrong with a broker, and nothing else. */
@Tag("slow")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class BrokerTckTest {

  /** Rules that no fault of delivery touches. */
  private static final Set<String> CONTROL = Set.of("B01", "B14");

  /** The subject on which this thread runs the kit. */
  private static final ThreadLocal<Subject> SUBJECT = new ThreadLocal<>();

  /** Brokers, and the rules that they should break. */
  private record Subject(Function<LocalBus, Broker> brokers, Set<String> broken) {}

  /** Not found by its name: it is only run from here. */
  static class Kit extends BrokerTck {

    private final Subject subject = SUBJECT.get();
    private final LocalBus bus = new LocalBus();
    private Duration patience = Duration.ZERO;

    @BeforeEach
    void chooseHowLongToWait(TestInfo test) {
      patience = KitRun.patience(subject.broken(), test);
    }

    @Override
    protected Broker newBroker() {
      return subject.brokers().apply(bus);
    }

    @Override
    protected Optional<BrokerLink> link() {
      return Optional.of(bus);
    }

    @Override
    protected Optional<BrokerRefusals> refusals() {
      return Optional.of(bus);
    }

    @Override
    protected Duration patience() {
      return patience;
    }
  }

  private static KitRun run(
      Function<LocalBus, Broker> made, Predicate<String> only, String... broken) {
    SUBJECT.set(new Subject(made, Set.of(broken)));
    try {
      return KitRun.of(Kit.class, only);
    } finally {
      SUBJECT.remove();
    }
  }

  /** Asserts that this rule is broken, and no other. */
  private static void breaksOnly(Function<LocalBus, Broker> made, String rule) {
    KitRun run = run(made, any -> true, rule);
    assertThat(run.failed()).as(run::why).containsExactly(rule);
    assertThat(run.passed()).hasSize(21);
  }

  /** Asserts that this rule is broken; others that depend on it may be broken, too. */
  private static void breaks(Function<LocalBus, Broker> made, String rule) {
    Set<String> rules = new TreeSet<>(CONTROL);
    rules.add(rule);
    KitRun run = run(made, rules::contains, rule);
    assertThat(run.failed()).as(run::why).containsExactly(rule);
    assertThat(run.passed()).isEqualTo(CONTROL);
  }

  /** Changes messages on their way. */
  private static Function<LocalBus, Broker> changing(Function<Message, Message> change) {
    return bus ->
        bus.new Node() {
          @Override
          void append(String channel, Message message) {
            super.append(channel, change.apply(message));
          }
        };
  }

  @Test
  void aBrokerThatKeepsEveryRulePasses() {
    KitRun run = run(bus -> bus.new Node(), any -> true);
    assertThat(run.failed()).as(run::why).isEmpty();
    assertThat(run.passed()).hasSize(22);
  }

  @Test
  void aNameThatCannotBeWrittenIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              public String name() {
                return "Local Bus";
              }
            },
        "B01");
  }

  @Test
  void takingWhatIsNotTakenIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              private boolean closed;

              @Override
              public Future<Void> close() {
                closed = true;
                return super.close();
              }

              @Override
              public Future<Publication> publish(String channel, Message message) {
                return closed
                    ? Future.succeededFuture(Publication.unnamed())
                    : super.publish(channel, message);
              }
            },
        "B02");
  }

  @Test
  void reorderingIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              private Optional<Message> held = Optional.empty();

              @Override
              void append(String channel, Message message) {
                if (held.isEmpty()) {
                  held = Optional.of(message);
                } else {
                  super.append(channel, message);
                  super.append(channel, held.get());
                  held = Optional.empty();
                }
              }
            },
        "B03");
  }

  @Test
  void droppingEverySeventhMessageIsFound() {
    AtomicInteger count = new AtomicInteger();
    breaks(
        bus ->
            bus.new Node() {
              @Override
              void append(String channel, Message message) {
                if (count.incrementAndGet() % 7 != 0) {
                  super.append(channel, message);
                }
              }
            },
        "B04");
  }

  @Test
  void confirmingASubscriptionTooEarlyIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              private Optional<ChannelPattern> pending = Optional.empty();

              @Override
              public Future<Void> subscribe(ChannelPattern pattern) {
                pending = Optional.of(pattern);
                return Future.succeededFuture();
              }

              @Override
              void receive(String channel, Message message) {
                super.receive(channel, message);
                pending.ifPresent(subscribed::add);
              }
            },
        "B05");
  }

  @Test
  void aStarThatIsTakenForAnyNumberOfSegmentsIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              boolean means(ChannelPattern pattern, String channel) {
                return pattern.toString().equals("a.*")
                    ? channel.startsWith("a.")
                    : super.means(pattern, channel);
              }
            },
        "B06");
  }

  @Test
  void bringingAMessageForEachSubscriptionIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              @Override
              long times(long subscriptions) {
                return subscriptions;
              }
            },
        "B07");
  }

  @Test
  void leavingMoreThanWasLeftIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              @Override
              public Future<Void> unsubscribe(ChannelPattern pattern) {
                return changing(
                    () ->
                        subscribed.removeIf(held -> held.covers(pattern) || pattern.covers(held)));
              }
            },
        "B08");
  }

  @Test
  void missingAMessageOfOthersWhenOneComesIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              private final AtomicBoolean came = new AtomicBoolean();

              @Override
              public Future<Void> subscribe(ChannelPattern pattern) {
                came.set(true);
                return super.subscribe(pattern);
              }

              @Override
              void append(String channel, Message message) {
                if (!came.getAndSet(false)) {
                  super.append(channel, message);
                }
              }
            },
        "B22");
  }

  @Test
  void neverLeavingIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              @Override
              public Future<Void> unsubscribe(ChannelPattern pattern) {
                return Future.succeededFuture();
              }
            },
        "B09");
  }

  @Test
  void subscribingOnlyOnceIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              private final Set<ChannelPattern> ever = ConcurrentHashMap.newKeySet();

              @Override
              public Future<Void> subscribe(ChannelPattern pattern) {
                return ever.add(pattern) ? super.subscribe(pattern) : Future.succeededFuture();
              }
            },
        "B10");
  }

  @Test
  void losingWhatBelongsToAMessageIsFound() {
    breaksOnly(
        changing(m -> m.withTime(m.time().orElseThrow().truncatedTo(ChronoUnit.SECONDS))), "B11");
    breaksOnly(
        changing(m -> m.isJson() ? m : Message.bytes(m.data()).withTime(m.time().orElseThrow())),
        "B11");
    breaksOnly(
        changing(
            m ->
                m.data().toString().equals("1.0")
                    ? Message.jsonText(Buffer.buffer("1")).withTime(m.time().orElseThrow())
                    : m),
        "B11");
  }

  @Test
  void bringingMessagesAfterCloseIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              private boolean closed;

              @Override
              public Future<Void> close() {
                closed = true;
                return Future.succeededFuture();
              }

              @Override
              public Future<Publication> publish(String channel, Message message) {
                return closed
                    ? Future.failedFuture(
                        new MillraceException(MillraceException.Code.UNAVAILABLE, "Closed."))
                    : super.publish(channel, message);
              }
            },
        "B12");
  }

  @Test
  void takingNamesForTheSameThatDifferInCaseIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              boolean means(ChannelPattern pattern, String channel) {
                return pattern.equals(ChannelPattern.CONTROL)
                    ? pattern.matches(channel)
                    : ChannelPattern.of(pattern.toString().toLowerCase(Locale.ROOT))
                        .matches(channel.toLowerCase(Locale.ROOT));
              }

              @Override
              void append(String channel, Message message) {
                super.append(channel.toLowerCase(Locale.ROOT), message);
              }
            },
        "B13");
  }

  @Test
  void stoppingAtAMessageThatIsRefusedIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              private boolean stopped;

              @Override
              void append(String channel, Message message) {
                if (!stopped) {
                  super.append(channel, message);
                }
              }

              @Override
              void refused(MillraceException refused) {
                stopped = true;
              }
            },
        "B15");
  }

  @Test
  void aBoundOnSubscriptionsIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              public Future<Void> subscribe(ChannelPattern pattern) {
                return subscribed.size() < 100
                    ? super.subscribe(pattern)
                    : Future.succeededFuture();
              }
            },
        "B16");
  }

  @Test
  void forgettingSubscriptionsInAnOutageIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              void lost() {
                super.lost();
                subscribed.remove(ChannelPattern.of("b.*"));
              }
            },
        "B17");
  }

  @Test
  void sayingThatWhatWasTakenWasNotIsFound() {
    breaks(
        bus ->
            bus.new Node() {
              @Override
              public Future<Publication> publish(String channel, Message message) {
                Future<Publication> taken = super.publish(channel, message);
                return message.length() < 3
                    ? taken
                    : taken.compose(
                        publication ->
                            Future.failedFuture(
                                new MillraceException(
                                    MillraceException.Code.UNAVAILABLE, "The link broke.")));
              }
            },
        "B23");
  }

  @Test
  void losingWhatNodesTellEachOtherIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              public Future<Void> subscribe(ChannelPattern pattern) {
                return pattern.equals(ChannelPattern.CONTROL)
                    ? Future.succeededFuture()
                    : super.subscribe(pattern);
              }
            },
        "B24");
  }

  @Test
  void aRefusalThatCostsTheLinkIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              <T> Future<T> refusal() {
                lost();
                found();
                return super.refusal();
              }
            },
        "B30");
  }

  @Test
  void aRefusalThatIsToldAsAnOutageIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              <T> Future<T> refusal() {
                return Future.failedFuture(
                    new MillraceException(MillraceException.Code.UNAVAILABLE, "Try again."));
              }
            },
        "B30");
  }

  @Test
  void takingWhatIsSkippedWhenItComesBackIsFound() {
    breaksOnly(
        bus ->
            bus.new Node() {
              @Override
              void append(String channel, Message message) {
                if (message.length() < 16 << 20) {
                  super.append(channel, message);
                }
              }
            },
        "B31");
  }
}
