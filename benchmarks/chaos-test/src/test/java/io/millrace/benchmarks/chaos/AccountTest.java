package io.millrace.benchmarks.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.tck.Frame;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccountTest {

  private final Places places = new Places();
  private final Faults faults = new Faults();
  private final Account account = account();

  private Account account() {
    return new Account("a client", places, faults);
  }

  private static Frame message(String cursor, String channel, int number) {
    return new Frame.Delivery(
        Optional.of(cursor),
        Optional.of(channel),
        "message",
        Buffer.buffer("{\"channel\":\"chaos.0\",\"number\":" + number + "}"),
        "");
  }

  private static Frame message(String cursor, int number) {
    return message(cursor, "chaos.0", number);
  }

  private void assertCounts(int doubled, int disordered, int gaps) {
    assertThat(List.of(account.doubled(), account.disordered(), account.gaps()))
        .containsExactly(doubled, disordered, gaps);
    assertThat(faults.words()).hasSize(doubled + disordered + gaps);
  }

  @Test
  void whatComesOnceAndInOrderIsGood() {
    account.take(message("e-5", 0));
    account.take(message("e-9", 1));
    account.take(message("e-10", 2));

    assertCounts(0, 0, 0);
    assertThat(account.lost("chaos.0", 3)).isZero();
    assertThat(account.messages()).isEqualTo(3);
    assertThat(account.cursor()).contains("e-10");
  }

  @Test
  void whatDoesNotComeIsLost() {
    account.take(message("e-5", 0));
    account.take(message("e-9", 3));

    assertThat(account.lost("chaos.0", 6)).isEqualTo(4);
    assertThat(account.lost("chaos.1", 6)).isEqualTo(6);
    assertThat(faults.words()).contains("a client was not sent 4 of chaos.0, first 1");
  }

  @Test
  void whatNobodyAcknowledgedIsNotLost() {
    account.take(message("e-5", 0));
    account.take(message("e-6", 1));

    assertThat(account.lost("chaos.0", 1)).isZero();
  }

  @Test
  void whatComesAgainIsDoubledEvenAtAnotherPlace() {
    account.take(message("e-5", 0));
    account.take(message("e-6", 0));

    assertCounts(1, 0, 0);
  }

  @Test
  void anEarlierNumberAfterALaterOneIsDisordered() {
    account.take(message("e-5", 1));
    account.take(message("e-6", 0));

    assertCounts(0, 1, 0);
  }

  @Test
  void aCursorThatDoesNotRiseIsDisordered() {
    account.take(message("e-10", 0));
    account.take(message("e-9", 1));

    assertCounts(0, 1, 0);
  }

  @Test
  void aCursorOfAnotherLogIsDisordered() {
    account.take(message("e-5", 0));
    account.take(message("f-6", 1));

    assertCounts(0, 1, 0);
  }

  @Test
  void aMessageAtAnotherPlaceThanOtherClientsSawItIsDisordered() {
    account().take(message("e-5", 0));
    account.take(message("e-6", 0));

    assertCounts(0, 1, 0);
  }

  @Test
  void aPlaceWhereOtherClientsSawAnotherMessageIsDisordered() {
    account().take(message("e-5", 0));
    account.take(message("e-5", 1));

    assertCounts(0, 1, 0);
  }

  @Test
  void aGapIsCounted() {
    account.take(new Frame.Missed(Optional.of("e-7"), List.of("chaos.0"), "expired"));

    assertCounts(0, 0, 1);
    assertThat(account.cursor()).contains("e-7");
  }

  @Test
  void aMessageOfAnotherChannelIsAFault() {
    account.take(message("e-5", "chaos.1", 0));

    assertThat(faults.words()).hasSize(1);
  }
}
