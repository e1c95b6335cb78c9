package io.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The log where it follows that of a backend. */
class BackendLogTest {

  private final Log log = new Log(new MillraceOptions(), true, () -> 0);

  private Slice read(List<ReaderSubscription> reader, long after) {
    return log.read(reader, after, log.head(), 10, 1 << 20, Optional.empty());
  }

  private static Message keyed(Object value, String key, long seconds) {
    return Message.json(value).withKey(key).withTime(Instant.ofEpochSecond(seconds));
  }

  private static Message at(long seconds) {
    return Message.json(1).withTime(Instant.ofEpochSecond(seconds));
  }

  @Test
  void theOffsetsOfABackendsLogAreTheSequence() {
    log.append(0, "a", at(0));
    log.skip(1);
    log.append(5, "a", at(1));
    assertThat(log.head()).isEqualTo(6);
    log.skip(3);
    assertThat(log.head()).isEqualTo(6);
    assertThatThrownBy(() -> log.append(5, "a", at(1)))
        .isInstanceOf(IllegalArgumentException.class);
    List<ReaderSubscription> reader = Rig.subscriptions("a");
    log.attach(reader, Start.after(log.cursor(0)));
    assertThat(read(reader, 0).entries()).extracting(entry -> entry.seq).containsExactly(1L, 6L);
  }

  @Test
  void whatCannotBeAppendedIsPassed() {
    assertThatThrownBy(() -> log.append(0, "a b", at(0))).isInstanceOf(MillraceException.class);
    assertThat(log.head()).isEqualTo(1);
  }

  @Test
  void aKeyIsPublishedOnceByTheTimesOfTheRecords() {
    assertThat(log.append(0, "a", keyed(1, "k", 1000)).seq()).isEqualTo(1);
    assertThat(log.append(1, "a", keyed(1, "k", 1299)).seq()).isEqualTo(1);
    assertThat(log.append(2, "a", keyed(1, "k", 1500)).seq()).isEqualTo(1);
    assertThat(log.append(3, "b", keyed(1, "k", 1500)).seq()).isEqualTo(4);
    assertThatThrownBy(() -> log.append(4, "a", keyed(2, "k", 1501)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            conflict -> assertThat(conflict.code()).isEqualTo(MillraceException.Code.CONFLICT));
    assertThat(log.head()).isEqualTo(5);
    assertThat(log.append(5, "a", keyed(2, "k", 1801)).seq()).isEqualTo(6);
  }

  @Test
  void whereTheLogOfABackendIsEnteredMessagesOnlyCountForTheirKeysAtFirst() {
    log.append(10, "a", keyed(1, "k", 1000));
    log.append(11, "a", keyed(1, "old", 1359));
    log.append(12, "a", keyed(1, "old", 1360));
    log.append(13, "a", keyed(1, "new", 1361));
    log.serve();
    assertThat(log.history("a", 10)).extracting(entry -> entry.cursor().seq()).containsExactly(14L);
    List<ReaderSubscription> reader = Rig.subscriptions("a", "b");
    log.attach(reader, Start.after(log.cursor(11)));
    assertThat(read(reader, 11).missing()).isEqualTo(12);
    assertThat(read(reader, 12).missing()).isZero();
    assertThat(read(reader, 12).entries()).extracting(entry -> entry.seq).containsExactly(14L);
  }

  @Test
  void whereTooLittleIsThereToWarmUpEverythingNewIsServed() {
    log.append(10, "a", at(1000));
    log.serve();
    log.append(11, "a", at(1001));
    assertThat(log.history("a", 10)).extracting(entry -> entry.cursor().seq()).containsExactly(12L);
  }

  @Test
  void anotherLogOfTheBackendBeginsAnew() {
    log.append(0, "a", at(0));
    Cursor before = log.cursor(1);
    List<ReaderSubscription> reader = Rig.subscriptions("a");
    log.attach(reader, Start.after(before));
    log.begin("other");
    assertThat(log.head()).isZero();
    assertThat(log.heldBytes()).isZero();
    log.append(0, "a", at(1));
    List<ReaderSubscription> back = Rig.subscriptions("a");
    assertThat(log.attach(back, Start.after(before)).gap()).contains(Gap.Reason.EPOCH);
    assertThat(log.history("a", 10)).extracting(Entry::cursor).containsExactly(log.cursor(1));
    log.detach(reader);
    log.detach(back);
    assertThat(log.subscriptionCount()).isZero();
  }
}
