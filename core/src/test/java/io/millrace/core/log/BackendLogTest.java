package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Gap;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.reader.Rig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the log when it follows the log of a backend. */
class BackendLogTest {

  private final Log log = new Log(new MillraceOptions(), true, () -> 0);

  private Cursor append(long offset, String channel, Message message) {
    return log.append(offset, message.time().orElseThrow(), channel, message);
  }

  private Slice read(List<ReadPosition> reader, long after) {
    return new SliceRequest(reader, after, log.head(), 10, 1 << 20).read(log, Optional.empty());
  }

  private static Message keyed(Object value, String key, long seconds) {
    return Message.json(value).withKey(key).withTime(Instant.ofEpochSecond(seconds));
  }

  private static Message at(long seconds) {
    return Message.json(1).withTime(Instant.ofEpochSecond(seconds));
  }

  @Test
  void theOffsetsOfABackendsLogAreTheSequence() {
    append(0, "a", at(0));
    log.skip(1, Instant.EPOCH);
    append(5, "a", at(1));
    assertThat(log.head()).isEqualTo(6);
    log.skip(3, Instant.EPOCH);
    assertThat(log.head()).isEqualTo(6);
    assertThatThrownBy(() -> append(5, "a", at(1))).isInstanceOf(IllegalArgumentException.class);
    List<ReadPosition> reader =
        log.attach(Rig.subscriptions("a"), ResumeFrom.after(log.cursor(0))).positions();
    assertThat(read(reader, 0).entries()).extracting(entry -> entry.seq).containsExactly(1L, 6L);
  }

  @Test
  void whatCannotBeAppendedIsPassed() {
    assertThatThrownBy(() -> append(0, "a b", at(0))).isInstanceOf(MillraceException.class);
    assertThat(log.head()).isEqualTo(1);
  }

  @Test
  void aKeyIsPublishedOnceByTheTimesOfTheRecords() {
    assertThat(append(0, "a", keyed(1, "k", 1000)).seq()).isEqualTo(1);
    assertThat(append(1, "a", keyed(1, "k", 1299)).seq()).isEqualTo(1);
    assertThat(append(2, "a", keyed(1, "k", 1500)).seq()).isEqualTo(1);
    assertThat(append(3, "b", keyed(1, "k", 1500)).seq()).isEqualTo(4);
    assertThatThrownBy(() -> append(4, "a", keyed(2, "k", 1501)))
        .isInstanceOfSatisfying(
            MillraceException.class,
            conflict -> assertThat(conflict.code()).isEqualTo(MillraceException.Code.CONFLICT));
    assertThat(log.head()).isEqualTo(5);
    assertThat(append(5, "a", keyed(2, "k", 1802)).seq()).isEqualTo(6);
  }

  /**
   * Otherwise a reader that begins between two of them would take the second for a repeat of the
   * first.
   */
  @Test
  void whatIsRefusedForItsKeyKeepsTheKeyAsWhatIsRepeatedDoes() {
    append(0, "a", keyed(1, "k", 1000));
    for (int i = 1; i <= 3; i++) {
      int again = i;
      assertThatThrownBy(() -> append(again, "a", keyed(2, "k", 1000 + 294 * again)))
          .isInstanceOf(MillraceException.class);
    }
  }

  @Test
  void whereTheLogOfABackendIsEnteredMessagesOnlyCountForTheirKeysAtFirst() {
    append(10, "a", keyed(1, "k", 1000));
    append(11, "a", keyed(1, "old", 1359));
    append(12, "a", keyed(1, "old", 1360));
    append(13, "a", keyed(1, "new", 1361));
    log.serve();
    assertThat(log.history("a", 10)).extracting(entry -> entry.cursor().seq()).containsExactly(14L);
    List<ReadPosition> reader =
        log.attach(Rig.subscriptions("a", "b"), ResumeFrom.after(log.cursor(11))).positions();
    assertThat(read(reader, 11).missing()).isEqualTo(12);
    assertThat(read(reader, 12).missing()).isZero();
    assertThat(read(reader, 12).entries()).extracting(entry -> entry.seq).containsExactly(14L);
  }

  @Test
  void whereTooLittleIsThereToWarmUpEverythingNewIsServed() {
    append(10, "a", at(1000));
    log.serve();
    append(11, "a", at(1001));
    assertThat(log.history("a", 10)).extracting(entry -> entry.cursor().seq()).containsExactly(12L);
  }

  @Test
  void anotherLogOfTheBackendBeginsAnew() {
    append(0, "a", at(0));
    Cursor before = log.cursor(1);
    List<ReadPosition> reader =
        log.attach(Rig.subscriptions("a"), ResumeFrom.after(before)).positions();
    log.renew("other");
    assertThat(log.head()).isZero();
    assertThat(log.heldBytes()).isZero();
    append(0, "a", at(1));
    StartPosition back = log.attach(Rig.subscriptions("a"), ResumeFrom.after(before));
    assertThat(back.gap()).contains(Gap.Reason.EPOCH);
    assertThat(log.history("a", 10)).extracting(Entry::cursor).containsExactly(log.cursor(1));
    log.detach(reader);
    log.detach(back.positions());
    assertThat(log.subscriptionCount()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {4_000_000_000L, 0, -4_000_000_000L, 1000})
  void aRecordWithATimeThatIsFarOffMakesNoOtherKeyBeForgotten(long seconds) {
    append(0, "a", keyed(1, "k", 1000));
    append(1, "a", keyed(2, "far", seconds));
    assertThat(append(2, "a", keyed(1, "k", 1010)).seq()).isEqualTo(1);
    assertThat(append(3, "a", keyed(2, "far", seconds)).seq()).isEqualTo(2);
  }

  @Test
  void keysOfNodesWhoseClocksAreFarApartAreKept() {
    append(0, "a", keyed(1, "k", 1000));
    append(1, "a", keyed(2, "l", 1600)); // Ten minutes ahead.
    assertThat(append(2, "a", keyed(1, "k", 1001)).seq()).isEqualTo(1);
    assertThat(append(3, "a", keyed(2, "l", 1601)).seq()).isEqualTo(2);
  }

  @Test
  void whatDecidesAboutAKeyIsWhenItsRecordWasWritten() {
    Instant written = Instant.ofEpochSecond(1000);
    log.append(0, written, "a", keyed(1, "k", 77));
    assertThat(log.append(1, written.plusSeconds(9), "a", keyed(1, "k", 9_000_000)).seq())
        .isEqualTo(1);
    assertThat(log.append(2, written.plusSeconds(400), "a", keyed(1, "k", 77)).seq())
        .as("later than keys live")
        .isEqualTo(3);
  }
}
