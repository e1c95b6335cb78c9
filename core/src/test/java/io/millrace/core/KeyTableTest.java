package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.Publication;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KeyTableTest {

  private final AtomicLong time = new AtomicLong();
  private final MillraceOptions options = new MillraceOptions();
  private final KeyTable keys = new KeyTable(options, time::get);
  private final List<Promise<Publication>> published = new ArrayList<>();

  private Future<Publication> once(String scope, String channel, Message message) {
    return keys.once(
        scope,
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
  void aFailedPublishFailsAllWhoWaitAndLeavesNoKey() {
    Future<Publication> first = once("k", 1);
    Future<Publication> pending = once("k", 1);
    published.get(0).fail("on purpose");
    assertThat(first.failed()).isTrue();
    assertThat(pending.failed()).isTrue();
    Future<Publication> again = once("k", 2);
    confirm(1);
    assertThat(again.succeeded()).isTrue();
  }

  @Test
  void otherContentUnderTheSameKeyIsAConflict() {
    once("k", 1);
    confirm(0);
    List<Message> others =
        List.of(Message.json(2), Message.json("x", 1), Message.bytes(Buffer.buffer("1")));
    for (Message other : others) {
      Future<Publication> refused = once("user", "a", other.withKey("k"));
      assertThat(refused.cause())
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.CONFLICT));
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
    published.get(0).fail("late");
    once("k", 1);
    assertThat(published).hasSize(2);
  }
}
