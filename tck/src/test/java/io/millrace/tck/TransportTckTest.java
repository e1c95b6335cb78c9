package io.millrace.tck;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.millrace.spi.support.JsonFrames;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The kit finds what is wrong with a transport, and nothing else. */
@Tag("slow")
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class TransportTckTest {

  /** Rules that no fault of framing or outlet touches. */
  private static final Set<String> CONTROL = Set.of("T39", "T41");

  /** The rules that take longest; no fault here breaks them. */
  private static final Set<String> SLOW = Set.of("T02", "T24", "T46", "T66");

  /** The subject on which this thread runs the kit. */
  private static final ThreadLocal<Subject> SUBJECT = new ThreadLocal<>();

  /** A transport, and the rules that it should break. */
  private record Subject(Supplier<Transport> transport, Set<String> broken) {}

  /** Not found by its name: it is only run from here. */
  static class Kit extends TransportTck {

    private final Subject subject = SUBJECT.get();
    private final TestClient client =
        newTransport() instanceof LineTransport ? TestClients.stream() : TestClients.longPoll();
    private Duration patience = Duration.ZERO;

    @BeforeEach
    void chooseHowLongToWait(TestInfo test) {
      patience = KitRun.patience(subject.broken(), test);
    }

    @Override
    protected Transport newTransport() {
      return subject.transport().get();
    }

    @Override
    protected TestClient client() {
      return client;
    }

    @Override
    protected Duration patience() {
      return patience;
    }
  }

  private static KitRun run(Supplier<Transport> made, Predicate<String> only, String... broken) {
    SUBJECT.set(new Subject(made, Set.of(broken)));
    try {
      return KitRun.of(Kit.class, only);
    } finally {
      SUBJECT.remove();
    }
  }

  private static KitRun runAll(Supplier<Transport> made, String... broken) {
    return run(made, rule -> !SLOW.contains(rule), broken);
  }

  /** Asserts that these rules are broken, and no other. */
  private static void breaksOnly(Supplier<Transport> made, String... rules) {
    KitRun run = runAll(made, rules);
    assertThat(run.failed()).as(run::why).containsExactlyInAnyOrder(rules);
    assertThat(run.passed()).hasSizeGreaterThan(30);
  }

  /** Asserts that this rule is broken; others that depend on it may be broken, too. */
  private static void breaks(Supplier<Transport> made, String rule) {
    Set<String> rules = new TreeSet<>(CONTROL);
    rules.add(rule);
    KitRun run = run(made, rules::contains, rule);
    assertThat(run.failed()).as(run::why).containsExactly(rule);
    assertThat(run.passed()).isEqualTo(CONTROL);
  }

  private static void breaksNone(Supplier<Transport> made) {
    KitRun run = runAll(made);
    assertThat(run.failed()).as(run::why).isEmpty();
  }

  @Test
  void aStreamThatKeepsEveryRulePasses() {
    breaksNone(LineTransport::new);
  }

  @Test
  void answersThatKeepEveryRulePass() {
    breaksNone(AnswerTransport::new);
  }

  @Test
  void droppingEverySeventhMessageIsFound() {
    AtomicInteger count = new AtomicInteger();
    Framing framing =
        new LineTransport.Lines() {
          @Override
          public Buffer entry(Entry entry) {
            return count.incrementAndGet() % 7 == 0 ? NOTHING : super.entry(entry);
          }
        };
    breaks(() -> Faults.framing(framing), "T01");
  }

  @Test
  void reorderingIsFound() {
    breaks(
        () ->
            Faults.writing(
                outlet ->
                    new LineTransport.Through(outlet) {
                      private Buffer held = Buffer.buffer();

                      @Override
                      public void write(Buffer frames) {
                        Buffer first = held;
                        held = frames;
                        if (first.length() > 0) {
                          super.write(frames);
                          super.write(first);
                          held = Buffer.buffer();
                        }
                      }
                    }),
        "T12");
  }

  @Test
  void doublesOnResumeAreFound() {
    breaks(
        () ->
            new LineTransport() {
              @Override
              Outlet outlet(RoutingContext context) {
                boolean resumed = context.request().getParam("cursor") != null;
                return new Through(super.outlet(context)) {
                  private int writes;

                  @Override
                  public void write(Buffer frames) {
                    super.write(frames);
                    if (resumed && ++writes == 2) {
                      super.write(frames);
                    }
                  }
                };
              }
            },
        "T14");
  }

  @Test
  void tellingAPlaceBeforeTheAttachIsCompleteIsFound() {
    breaks(
        () ->
            new LineTransport() {
              @Override
              public void handle(RoutingContext context, Attachment attachment) {
                context.response().setChunked(true);
                context.response().write("{\"type\":\"welcome\",\"cursor\":\"elsewhere-0\"}\n");
                super.handle(context, attachment);
              }
            },
        "T18");
  }

  @Test
  void ignoringThatAClientTakesNothingIsFound() {
    breaksOnly(() -> Faults.writing(Faults.Heedless::new), "T23");
  }

  @Test
  void droppingWhatAClientDoesNotTakeIsFound() {
    breaks(
        () ->
            Faults.writing(
                outlet ->
                    new Faults.Heedless(outlet) {
                      @Override
                      public void write(Buffer frames) {
                        if (outlet.writable()) {
                          super.write(frames);
                        }
                      }
                    }),
        "T22");
  }

  @Test
  void notSayingThatAClientTakesAgainIsFound() {
    breaks(
        () ->
            Faults.writing(
                outlet ->
                    new LineTransport.Through(outlet) {
                      @Override
                      public void onDrain(Runnable handler) {}
                    }),
        "T22");
  }

  @Test
  void losingBytesOfLargeMessagesIsFound() {
    breaksOnly(
        () ->
            Faults.entries(
                entry -> {
                  Buffer json = JsonFrames.message(entry);
                  int length = json.length();
                  return length < 1 << 19
                      ? json
                      : json.getBuffer(0, length - 3).appendString("\"}");
                }),
        "T07");
  }

  @Test
  void writingAnEventWithoutEscapingItIsFound() {
    breaksOnly(
        () ->
            Faults.entries(
                entry -> {
                  String event = entry.message().event();
                  String json = JsonFrames.message(entry).toString();
                  return event.equals("\"},{")
                      ? Buffer.buffer(json.replace("\"\\\"},{\"", "\"" + event + "\""))
                      : Buffer.buffer(json);
                }),
        "T08");
  }

  @Test
  void replayingNothingIsFound() {
    breaksOnly(
        () ->
            Faults.framing(
                new LineTransport.Lines() {
                  @Override
                  public Buffer replayed(Entry entry, Optional<String> subscribe) {
                    return NOTHING;
                  }
                }),
        "T10");
  }

  @Test
  void aHeartbeatThatPromisesTooMuchIsFound() {
    UnaryOperator<Signal> ahead =
        signal ->
            signal instanceof Signal.Heartbeat heartbeat
                ? new Signal.Heartbeat(
                    new Cursor(heartbeat.cursor().epoch(), heartbeat.cursor().seq() + 1_000), true)
                : signal;
    breaks(() -> Faults.telling(signal -> Optional.of(ahead.apply(signal))), "T11");
  }

  @Test
  void aGapThatNamesTooFewChannelsIsFound() {
    breaksOnly(
        () ->
            Faults.telling(
                signal ->
                    Optional.of(
                        signal instanceof Signal.Missed missed
                            ? new Signal.Missed(
                                new Gap(
                                    missed.gap().channels().subList(0, 1), missed.gap().reason()),
                                missed.cursor())
                            : signal)),
        "T16");
  }

  @Test
  void tellingNoHeartbeatIsFound() {
    breaksOnly(() -> Faults.silentAbout(Signal.Heartbeat.class), "T11", "T20");
  }

  @Test
  void keepingBackWhatComesFirstIsFound() {
    breaks(
        () ->
            Faults.writing(
                outlet ->
                    new LineTransport.Through(outlet) {
                      private Optional<Buffer> first = Optional.empty();
                      private boolean begun;

                      @Override
                      public void write(Buffer frames) {
                        if (begun) {
                          first.ifPresent(super::write);
                          first = Optional.empty();
                          super.write(frames);
                        } else {
                          begun = true;
                          first = Optional.of(frames);
                        }
                      }
                    }),
        "T34");
  }

  @Test
  void notTellingAnOutageIsFound() {
    breaksOnly(() -> Faults.silentAbout(Signal.Degraded.class), "T48");
  }

  @Test
  void lettingCachesKeepAnAnswerIsFound() {
    breaksOnly(
        () ->
            new LineTransport() {
              @Override
              Outlet outlet(RoutingContext context) {
                Outlet outlet = super.outlet(context);
                context.response().headers().remove("Cache-Control");
                return outlet;
              }
            },
        "T35");
  }

  @Test
  void cuttingAConnectionInsteadOfEndingItIsFound() {
    breaksOnly(
        () ->
            new LineTransport() {
              @Override
              Outlet outlet(RoutingContext context) {
                return new Through(super.outlet(context)) {
                  @Override
                  public void end(Ending ending) {
                    var unused = context.request().connection().close();
                  }
                };
              }
            },
        "T40",
        "T43",
        "T45",
        "T61",
        "T62");
  }

  @Test
  void notSayingThatAConnectionIsGoneIsFound() {
    Supplier<Transport> deaf =
        () ->
            Faults.writing(
                outlet ->
                    new LineTransport.Through(outlet) {
                      @Override
                      public void onClose(Runnable handler) {}
                    });
    assertThat(run(deaf, "T46"::equals, "T46").failed()).containsExactly("T46");
  }

  @Test
  void aLengthInCharactersInsteadOfBytesIsFound() {
    breaksOnly(
        () ->
            new AnswerTransport() {
              @Override
              void answer(HttpServerResponse response, Buffer body) {
                String text = body.toString();
                response.end(body.getBuffer(0, text.length()));
              }
            },
        "T07",
        "T08");
  }

  @Test
  void notWaitingForCompanyIsFound() {
    breaks(
        () ->
            new AnswerTransport() {
              @Override
              Duration hold() {
                return Duration.ZERO;
              }
            },
        "T27");
  }

  @Test
  void waitingForEverIsFound() {
    breaks(
        () ->
            new AnswerTransport() {
              @Override
              void answer(HttpServerResponse response, Buffer body) {
                if (body.toString().contains("\"channel\"")) {
                  super.answer(response, body);
                }
              }
            },
        "T30");
  }
}
