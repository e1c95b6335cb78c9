package io.millrace.broker.stomp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {

  private final Identity identity = new Identity();

  private static RabbitStreamEpoch epoch(String name, long generation) {
    return new RabbitStreamEpoch(name, generation);
  }

  private static Marker founding(String id, String name, long generation) {
    return Marker.founding(id, epoch(name, generation));
  }

  private static Marker confirming(
      String id, String name, long generation, long previousOffset, String previous) {
    return new Marker(
        id,
        Optional.of(epoch(name, generation)),
        false,
        Optional.of(new Marker.Previous(previousOffset, previous)));
  }

  @Test
  void ofProposalsTheFirstCounts() {
    identity.read(0, Marker.hello("a-1"));
    assertThat(identity.best()).isEmpty();
    identity.read(1, founding("a-2", "one", 1));
    identity.read(2, founding("b-2", "two", 1));

    assertThat(identity.known()).as("there may be others before").isEmpty();
    assertThat(identity.best()).contains(epoch("one", 1));
  }

  @Test
  void whatWasConfirmedCountsMoreThanAnyProposalOfItsGeneration() {
    identity.read(3, founding("b-2", "two", 1)); // There was another one before.
    identity.read(4, confirming("a-3", "one", 1, 3, "b-2"));

    assertThat(identity.known()).contains(epoch("one", 1));
    assertThat(identity.best()).contains(epoch("one", 1));
  }

  @Test
  void ofTwoNodesThatFoundTheNextGenerationTheFirstCountsForBoth() {
    identity.read(0, founding("a-1", "one", 1));
    identity.read(1, confirming("a-2", "one", 1, 0, "a-1"));
    identity.read(2, founding("a-3", "two", 2));
    identity.read(3, founding("b-3", "too", 2));
    identity.read(4, confirming("c-1", "one", 1, 1, "a-2")); // It has not noticed yet.

    assertThat(identity.known()).contains(epoch("two", 2));
    identity.read(5, confirming("b-4", "two", 2, 3, "b-3"));
    assertThat(identity.known()).contains(epoch("two", 2));
    assertThat(identity.isDisputed()).isFalse();
  }

  @Test
  void theHighestGenerationCountsWhoeverKnewMore() {
    identity.read(10, founding("a-3", "three", 3));
    identity.read(11, founding("b-2", "two", 2));
    identity.read(12, confirming("b-3", "three", 3, 10, "a-3"));

    assertThat(identity.known()).contains(epoch("three", 3));
    assertThat(identity.highest()).isEqualTo(3);
  }

  @Test
  void twoNamesOfOneGenerationAreADisputeUntilThereIsANewOne() {
    identity.read(0, founding("a-1", "one", 1));
    identity.read(1, confirming("a-2", "one", 1, 0, "a-1"));
    identity.read(2, confirming("b-2", "two", 1, 1, "a-2"));
    assertThat(identity.isDisputed()).isTrue();

    identity.read(3, founding("a-3", "three", 2));
    assertThat(identity.isDisputed()).isFalse();
    assertThat(identity.best()).contains(epoch("three", 2));
  }

  @Test
  void whatRefersToAnotherStreamDoesNotCount() {
    identity.read(0, Marker.hello("a-7"));
    identity.read(1, confirming("b-5", "old", 7, 900, "b-4")); // It refers to a later place.
    identity.read(2, confirming("b-6", "old", 7, 0, "b-4")); // Another marker is at that place.
    identity.read(3, confirming("b-7", "old", 7, 1, "a-7")); // That marker is at another place.
    identity.read(4, new Marker("b-8", Optional.of(epoch("old", 7)), false, Optional.empty()));

    assertThat(identity.best()).isEmpty();
    assertThat(identity.highest()).as("a new name is above it").isEqualTo(7);
    identity.read(5, founding("a-8", "new", 8));
    assertThat(identity.best()).contains(epoch("new", 8));
  }

  @Test
  void aStaleMarkerDoesNotCountInAStreamThatWasCutBeyondWhatItRefersTo() {
    identity.read(100, Marker.hello("a-1"));
    identity.read(101, confirming("b-9", "old", 1, 99, "b-8"));

    assertThat(identity.known()).isEmpty();
    assertThat(identity.best()).isEmpty();
  }

  @Test
  void markersAreReadAsTheyWereWritten() {
    for (Marker marker :
        new Marker[] {
          Marker.hello("a-1"), founding("a-2", "e_9", 12), confirming("a-3", "e", 1, 7, "a b")
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
  @ValueSource(strings = {"", "0", "-1", "x", "12345678901234567"})
  void whatHasAGenerationThatIsNoneIsNoMarker(String generation) {
    assertThat(
            Marker.of(
                Map.of(
                    "millrace-marker",
                    "a-1",
                    "millrace-epoch",
                    "e",
                    "millrace-generation",
                    generation)))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "7", "x a-1", "99999999999999999999 a-1"})
  void aReferenceThatCannotBeReadIsNone(String previous) {
    assertThat(Marker.of(Map.of("millrace-marker", "a-1", "millrace-previous", previous)))
        .contains(Marker.hello("a-1"));
  }
}
