package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

  private final Identity identity = new Identity();

  private static Marker confirming(String id, String epoch, long previousOffset, String previous) {
    return new Marker(
        id, Optional.of(epoch), false, Optional.of(new Marker.Previous(previousOffset, previous)));
  }

  @Test
  void ofProposalsTheFirstCounts() {
    identity.read(0, Marker.hello("a-1"));
    assertThat(identity.best()).isEmpty();
    identity.read(1, Marker.founding("a-2", "one"));
    identity.read(2, Marker.founding("b-2", "two"));

    assertThat(identity.confirmed()).isEmpty();
    assertThat(identity.best()).contains("one");
  }

  @Test
  void whatWasConfirmedCountsMoreThanAnyProposal() {
    identity.read(3, Marker.founding("b-2", "two"));
    identity.read(4, confirming("a-3", "one", 1, "a-2")); // What it refers to was dropped.

    assertThat(identity.confirmed()).contains("one");
    assertThat(identity.best()).contains("one");
  }

  @Test
  void theFirstConfirmationCountsForEver() {
    identity.read(0, Marker.founding("a-1", "one"));
    identity.read(1, confirming("a-2", "one", 0, "a-1"));
    identity.read(2, confirming("b-2", "two", 1, "a-2"));

    assertThat(identity.best()).contains("one");
  }

  @Test
  void whatRefersToAnotherStreamDoesNotCount() {
    identity.read(0, Marker.hello("a-7"));
    identity.read(1, confirming("b-5", "old", 900, "b-4")); // Beyond its own place.
    identity.read(2, confirming("b-6", "old", 0, "b-4")); // At that place is another marker.
    identity.read(3, confirming("b-7", "old", 1, "a-7")); // That marker is at another place.
    identity.read(4, new Marker("b-8", Optional.of("old"), false, Optional.empty()));

    assertThat(identity.best()).isEmpty();
    identity.read(5, Marker.founding("a-8", "new"));
    assertThat(identity.best()).contains("new");
  }

  @Test
  void recordsThatAreNoMarkersSayWhereTheStreamBegins() {
    identity.read(100);
    identity.read(101, confirming("a-1", "one", 99, "a-0"));

    assertThat(identity.confirmed()).contains("one");
  }

  @Test
  void markersAreReadAsTheyWereWritten() {
    for (Marker marker :
        new Marker[] {
          Marker.hello("a-1"), Marker.founding("a-2", "e_9"), confirming("a-3", "e", 7, "a b")
        }) {
      assertThat(Marker.of(marker.headers())).contains(marker);
    }
  }

  @Test
  void whatHasNoIdIsNoMarker() {
    assertThat(Marker.of(Map.of("millrace-epoch", "e"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a-b", "한", "0123456789012345678901234567890123456789abcde"})
  void whatHasAnEpochThatIsNoneIsNoMarker(String epoch) {
    assertThat(Marker.of(Map.of("millrace-marker", "a-1", "millrace-epoch", epoch))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "x a-1", "99999999999999999999 a-1"})
  void aReferenceThatCannotBeReadIsNone(String previous) {
    assertThat(Marker.of(Map.of("millrace-marker", "a-1", "millrace-previous", previous)))
        .contains(Marker.hello("a-1"));
  }
}
