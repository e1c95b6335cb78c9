package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.Client;
import io.millrace.MillraceException;
import io.millrace.MillraceOptions;
import io.millrace.core.log.Allowance;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AdmissionTest {

  private static final Allowance ROOM = new Allowance(1000, "full");

  @Test
  void letsInAsManyAsTheNodeTakes() {
    Admission admission = new Admission(new MillraceOptions().setMaxReaders(2), ROOM);
    ClientShare place = admission.admit(Optional.empty());
    admission.admit(Optional.empty());
    assertThatThrownBy(() -> admission.admit(Optional.empty()))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.UNAVAILABLE));
    place.leave();
    place.leave();
    admission.admit(Optional.empty());
    assertThatThrownBy(() -> admission.admit(Optional.empty()))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void letsInAsManyOfAnAddressAsTheNodeTakes() {
    Admission admission = new Admission(new MillraceOptions().setMaxReadersPerAddress(2), ROOM);
    ClientShare place = admission.admit(Optional.of("a"));
    admission.admit(Optional.of("a"));
    admission.admit(Optional.of("b"));
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> admission.admit(Optional.of("a")))
          .isInstanceOfSatisfying(
              MillraceException.class,
              e -> assertThat(e.code()).isEqualTo(MillraceException.Code.RATE_LIMITED));
    }
    place.leave();
    place.leave();
    admission.admit(Optional.of("a"));
    assertThatThrownBy(() -> admission.admit(Optional.of("a")))
        .isInstanceOf(MillraceException.class);
  }

  @Test
  void letsInAsManyOfAUserAsTheNodeTakes() {
    Admission admission = new Admission(new MillraceOptions().setMaxReadersPerUser(1), ROOM);
    ClientShare one = admission.admit(Optional.empty());
    ClientShare other = admission.admit(Optional.empty());
    one.identify(Client.of("ann"));
    assertThatThrownBy(() -> other.identify(Client.of("ann")))
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.RATE_LIMITED));
    other.identify(Client.of("bob"));
    one.leave();
    one.leave();
    ClientShare late = admission.admit(Optional.empty());
    late.leave();
    late.identify(Client.of("ann"));
    admission.admit(Optional.empty()).identify(Client.of("ann"));
  }

  @Test
  void countsNobodyTwiceWhoIsRefusedForItsAddress() {
    Admission admission =
        new Admission(new MillraceOptions().setMaxReaders(2).setMaxReadersPerAddress(1), ROOM);
    admission.admit(Optional.of("a"));
    assertThatThrownBy(() -> admission.admit(Optional.of("a")))
        .isInstanceOf(MillraceException.class);
    admission.admit(Optional.of("b"));
  }
}
