package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WindowTest {

  private static final List<Integer> MANY = IntStream.range(0, 100_000).boxed().toList();

  private final List<Integer> made = new ArrayList<>();
  private final List<Promise<Void>> answers = new ArrayList<>();

  private Future<Void> request(Integer number) {
    made.add(number);
    Promise<Void> answer = Promise.promise();
    answers.add(answer);
    return answer.future();
  }

  @Test
  void whatIsAnsweredAtOnceIsMadeInOrder() {
    Future<Void> all =
        Window.each(
            MANY,
            number -> {
              made.add(number);
              return Future.succeededFuture();
            });

    assertThat(all.succeeded()).isTrue();
    assertThat(made).isEqualTo(MANY);
  }

  @Test
  void eachAnswerLetsOneMoreBeMade() {
    Future<Void> all = Window.each(MANY.subList(0, 100), this::request);
    int together = made.size();
    assertThat(together).isBetween(2, 99);

    answers.get(1).complete();
    assertThat(made).hasSize(together + 1);

    while (!all.isComplete()) {
      List.copyOf(answers).forEach(Promise::tryComplete);
    }
    assertThat(all.succeeded()).isTrue();
    assertThat(made).isEqualTo(MANY.subList(0, 100));
  }

  @Test
  void afterAFailureNoMoreAreMade() {
    Future<Void> all = Window.each(MANY, this::request);
    int together = made.size();

    answers.get(0).fail("refused");
    answers.get(1).complete();

    assertThat(all.cause()).hasMessage("refused");
    assertThat(made).hasSize(together);
  }

  @Test
  void nothingIsDoneAtOnce() {
    assertThat(Window.each(List.<Integer>of(), this::request).succeeded()).isTrue();
  }
}
