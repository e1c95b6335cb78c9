package io.millrace.core.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.millrace.core.testing.EqualHashes;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyTableTest {

  private final MillraceException notTaken =
      new MillraceException(MillraceException.Code.UNAVAILABLE, "on purpose");

  private final AtomicLong time = new AtomicLong();
  private final MillraceOptions options = new MillraceOptions();
  private final KeyTable keys = new KeyTable(options, time::get);
  private final List<Promise<Publication>> published = new ArrayList<>();

  private Future<Publication> once(String scope, String channel, Message message) {
    return keys.once(
        Optional.of(scope),
        channel,
        message,
        () -> {
          Promise<Publication> promise = Promise.promise();
          published.add(promise);
          return promise.future();
        });
  }

  private Future<Publication> once(String key, Object value) {
    return once("user", "a", Message.json(value).withKey(key));
  }

  private void confirm(int index) {
    published.get(index).complete(Publication.named("n" + index));
  }

  @Test
  void theSameKeyIsPublishedOnceAndAnsweredAlike() {
    Future<Publication> first = once("k", 1);
    Future<Publication> pending = once("k", 1);
    assertThat(pending.isComplete()).isFalse();
    confirm(0);
    assertThat(first.result().name()).contains("n0");
    assertThat(pending.result()).isSameAs(first.result());
    assertThat(once("k", 1).result()).isSameAs(first.result());
    assertThat(published).hasSize(1);
  }

  @Test
  void aPublishThatWasSurelyNotTakenFailsAllWhoWaitAndLeavesNoKey() {
    Future<Publication> first = once("k", 1);
    Future<Publication> pending = once("k", 1);
    published.get(0).fail(notTaken);
    assertThat(first.failed()).isTrue();
    assertThat(pending.failed()).isTrue();
    Future<Publication> again = once("k", 2);
    confirm(1);
    assertThat(again.succeeded()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void aKeyStaysWhileNobodyKnowsWhetherItsMessageWasTaken(Doubt doubt) {
    Future<Publication> first = once("k", 1);
    published.get(0).fail(doubt.failure());
    assertThat(first.failed()).isTrue();
    conflicts(once("k", 2));

    Future<Publication> second = once("k", 1);
    Future<Publication> meanwhile = once("k", 1);
    assertThat(published).as("one at a time").hasSize(2);
    published.get(1).fail(notTaken);
    assertThat(List.of(second.cause(), meanwhile.cause()))
        .as("the first may have been taken")
        .allSatisfy(
            cause ->
                assertThat(cause)
                    .isInstanceOfSatisfying(
                        MillraceException.class,
                        e -> {
                          assertThat(e.code()).isEqualTo(MillraceException.Code.TIMEOUT);
                          assertThat(e).hasMessageContaining("same key");
                        }));
    conflicts(once("k", 2));

    Future<Publication> third = once("k", 1);
    confirm(2);
    assertThat(third.result().name()).contains("n2");
    assertThat(once("k", 1).result()).isSameAs(third.result());
    assertThat(published).hasSize(3);
  }

  private enum Doubt {
    LATE,
    FAULT;

    Throwable failure() {
      return this == LATE
          ? new MillraceException(MillraceException.Code.TIMEOUT, "late")
          : new IllegalStateException("a fault of the broker");
    }
  }

  @Test
  void aKeyWhoseMessageMayHaveBeenTakenIsForgottenAfterItsLifetimeFromTheFirst() {
    once("k", 1);
    published.get(0).fail(Doubt.LATE.failure());
    time.set(options.keyLifetime().toMillis() - 1);
    once("k", 1);
    published.get(1).fail(Doubt.LATE.failure());
    time.incrementAndGet();
    once("k", 2);
    assertThat(published).hasSize(3);
  }

  private static void conflicts(Future<Publication> refused) {
    assertThat(refused.cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.CONFLICT));
  }

  @Test
  void otherContentUnderTheSameKeyIsAConflict() {
    once("k", 1);
    confirm(0);
    List<Message> others =
        List.of(Message.json(2), Message.json("x", 1), Message.bytes(Buffer.buffer("1")));
    for (Message other : others) {
      conflicts(once("user", "a", other.withKey("k")));
    }
    assertThat(once("k", 1).succeeded()).isTrue();
    assertThat(published).hasSize(1);
  }

  @Test
  void aKeyIsScopedToTheChannelAndTheUser() {
    once("user", "a", Message.json(1).withKey("k"));
    once("user", "b", Message.json(2).withKey("k"));
    once("other", "a", Message.json(3).withKey("k"));
    assertThat(published).hasSize(3);
  }

  @Test
  void aKeyIsForgottenAfterItsLifetime() {
    once("k", 1);
    time.set(options.keyLifetime().toMillis() - 1);
    once("k", 1);
    assertThat(published).hasSize(1);
    time.incrementAndGet();
    once("k", 2);
    assertThat(published).hasSize(2);
  }

  @Test
  void ofTooManyKeysTheOldestAreForgotten() {
    options.setMaxKeys(3).setKeyLifetime(Duration.ofHours(1));
    for (int i = 0; i < 4; i++) {
      once("k" + i, i);
    }
    once("k3", 3);
    once("k1", 1);
    assertThat(published).hasSize(4);
    once("k0", 0);
    assertThat(published).hasSize(5);
  }

  @Test
  void aFailureThatComesAfterItsKeyWasForgottenTakesNoOtherKeyAway() {
    once("k", 1);
    time.set(options.keyLifetime().toMillis());
    once("k", 1);
    published.get(0).fail(notTaken);
    once("k", 1);
    assertThat(published).hasSize(2);
  }

  @Test
  @Timeout(60) // This takes many minutes if each is compared with every other.
  void keysOfEqualHashCodesAreFoundWithoutLookingAtEachOther() {
    List<String> chosen = EqualHashes.strings(15);
    chosen.forEach(key -> once(key, 1));
    assertThat(published).hasSize(chosen.size());
    chosen.forEach(key -> once(key, 1));
    assertThat(published).hasSize(chosen.size());
  }

  @Test
  void manyKeysThatAreTooOldAreForgottenSomeAtATimeAndNoneOfThemCounts() {
    for (int i = 0; i < 1000; i++) {
      once("k" + i, 1);
    }
    time.addAndGet(options.keyLifetime().toMillis());
    once("k999", 2);
    assertThat(published).as("it was too old to be in conflict").hasSize(1001);
    assertThat(keys.size()).isBetween(900, 1000);
    for (int i = 0; i < 200; i++) {
      once("new" + i, 1);
    }
    assertThat(keys.size()).isEqualTo(201);
  }
}
