package io.millrace.core.log;

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
   * @return completes, usually at once, when {@link Log#start} may be called
   */
  public Future<Survey> complete(Survey survey) {
    if (survey.targets().isEmpty()) {
      return Future.succeededFuture(survey);
    }
    Promise<Survey> made = Promise.promise();
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
      step(together, log.pass(together.stream().map(Waiting::survey).toList()));
    }
  }

  private void step(List<Waiting> together, SurveyPass pass) {
    if (log.step(pass)) {
      context.setTimer(PAUSE_MILLIS, next -> step(together, pass));
    } else {
      together.forEach(done -> done.made.complete(done.survey));
      pass();
    }
  }
}
