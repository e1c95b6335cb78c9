package io.millrace.core.log;

import io.millrace.MillraceException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/**
 * Makes the surveys of all clients, with one pass for all that wait, a little at a time. However
 * many patterns clients have, nobody else waits for them. Safe on any thread.
 */
public final class Surveys {

  /** How much time other work on the event loop gets between two steps. */
  private static final long PAUSE_MILLIS = 1;

  /** How many patterns a pass examines; one survey always fits. */
  private static final int PATTERNS_PER_PASS = 1000;

  private record Waiting(Survey survey, Promise<Survey> made) {}

  private final Log log;
  private final ContextInternal context;

  /** Those for which there is no pass yet. Owned by the context, like everything below. */
  private final Queue<Waiting> waiting = new ArrayDeque<>();

  private boolean passing;

  /** Makes an object for which nobody waits. */
  public Surveys(Log log, ContextInternal context) {
    this.log = log;
    this.context = context;
  }

  /**
   * Finds out what must be known before reading can begin.
   *
   * @param survey from {@link Log#enter}
   * @return completes, usually at once, when {@link Log#start} may be called; fails if a pass
   *     breaks
   */
  public Future<Survey> complete(Survey survey) {
    if (survey.targets().isEmpty()) {
      return Future.succeededFuture(survey);
    }
    Promise<Survey> made = context.promise(); // What its listeners throw goes no further.
    context.runOnContext(
        here -> {
          waiting.add(new Waiting(survey, made));
          if (!passing) {
            pass();
          }
        });
    return made.future();
  }

  private void pass() {
    List<Waiting> together = new ArrayList<>();
    int patterns = 0;
    while (!waiting.isEmpty() && patterns < PATTERNS_PER_PASS) {
      Waiting next = waiting.remove();
      patterns += next.survey.targets().size();
      together.add(next);
    }
    passing = !together.isEmpty();
    if (passing) {
      begin(together.stream().map(Waiting::survey).toList())
          .onComplete(
              over -> {
                together.forEach(each -> each.made.handle(over.map(each.survey)));
                pass();
              });
    }
  }

  private Future<Void> begin(List<Survey> surveys) {
    Promise<Void> over = context.promise();
    try {
      step(log.pass(surveys), over);
    } catch (RuntimeException | Error e) {
      over.fail(e);
    }
    return over.future()
        .recover(
            cause ->
                Future.failedFuture(
                    new MillraceException(
                        MillraceException.Code.INTERNAL,
                        "The server could not find where reading begins.",
                        cause)));
  }

  private void step(SurveyPass pass, Promise<Void> over) {
    try {
      if (log.step(pass)) {
        context.setTimer(PAUSE_MILLIS, next -> step(pass, over));
      } else {
        over.complete();
      }
    } catch (RuntimeException | Error e) {
      over.fail(e);
    }
  }
}
