package io.millrace.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Client;
import io.millrace.MillraceOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RevocationsTest {

  private final Instant before = Instant.now().minusSeconds(60);
  private final Instant then = before.plusSeconds(1);
  private final Instant later = then.plusSeconds(1);
  private final Client older = Client.of("ann").withIssued(before);
  private final Client newer = Client.of("ann").withIssued(later);

  private final MillraceOptions options = new MillraceOptions();
  private final Revocations revocations = new Revocations(options);

  private boolean disconnect(String user, Instant at) {
    return revocations.take(
        new Revocations.Change(user, Revocations.Kind.DISCONNECT, Optional.empty(), at));
  }

  private boolean revoke(String user, ChannelPattern pattern, Instant at) {
    return revocations.take(
        new Revocations.Change(user, Revocations.Kind.REVOKE, Optional.of(pattern), at));
  }

  private boolean reauthorize(String user, Instant at) {
    return revocations.take(
        new Revocations.Change(user, Revocations.Kind.REAUTHORIZE, Optional.empty(), at));
  }

  private static ChannelPattern pattern(String text) {
    return ChannelPattern.of(text);
  }

  @Test
  void nothingIsTakenAwayFromWhoIsNotKnown() {
    disconnect("ann", then);
    assertThat(revocations.isDisconnected(Client.anonymous())).isFalse();
    assertThat(revocations.isDisconnected(Client.of("bob").withIssued(before))).isFalse();
  }

  @Test
  void whatIsTakenAwayCountsForCredentialsIssuedBefore() {
    disconnect("ann", then);
    revoke("ann", pattern("a.*"), then);
    assertThat(revocations.isDisconnected(older)).isTrue();
    assertThat(revocations.isDisconnected(newer)).isFalse();
    assertThat(revocations.isRevoked(older, pattern("a.b"))).isTrue();
    assertThat(revocations.isRevoked(older, pattern("**"))).isTrue();
    assertThat(revocations.isRevoked(older, pattern("b"))).isFalse();
    assertThat(revocations.isRevoked(newer, pattern("a.b"))).isFalse();
  }

  @Test
  void eachChangeOfAUserHasAVersion() {
    long none = revocations.version(older);
    reauthorize("bob", then);
    assertThat(revocations.version(older)).isEqualTo(none);
    reauthorize("ann", then);
    long first = revocations.version(older);
    assertThat(first).isNotEqualTo(none);
    revoke("ann", pattern("a"), then);
    assertThat(revocations.version(older)).isNotEqualTo(first);
  }

  @Test
  void manyPatternsOfAUserBecomeAllOfThem() {
    for (int i = 0; i < Revocations.MOST_PATTERNS; i++) {
      revoke("ann", pattern("a" + i), then);
    }
    assertThat(revocations.isRevoked(older, pattern("a0"))).isTrue();
    assertThat(revocations.isRevoked(older, pattern("other"))).isFalse();
    revoke("ann", pattern("one.more"), then);
    assertThat(revocations.isRevoked(older, pattern("a0"))).isTrue();
    assertThat(revocations.isRevoked(older, pattern("other"))).isTrue();
  }

  @Test
  void aWiderPatternReplacesNarrowerOnes() {
    for (int i = 0; i < Revocations.MOST_PATTERNS; i++) {
      revoke("ann", pattern("a." + i), then);
    }
    revoke("ann", pattern("a.*"), then);
    revoke("ann", pattern("b"), then);
    assertThat(revocations.isRevoked(older, pattern("a.7"))).isTrue();
    assertThat(revocations.isRevoked(older, pattern("other"))).isFalse();
  }

  @Test
  void itIsForgottenOnceNoOlderCredentialsAreInUse() {
    options.setRevocationLifetime(Duration.ofSeconds(30));
    disconnect("ann", then);
    disconnect("bob", Instant.now());
    assertThat(revocations.isDisconnected(older)).isFalse();
    assertThat(revocations.all()).hasSize(1);
  }

  @Test
  void whatIsKnownAlreadyIsNotTakenAgain() {
    assertThat(disconnect("ann", then)).isTrue();
    assertThat(disconnect("ann", then)).isFalse();
    assertThat(disconnect("ann", before)).isFalse();
    assertThat(disconnect("ann", later)).isTrue();
    assertThat(revoke("ann", pattern("a.*"), then)).isTrue();
    assertThat(revoke("ann", pattern("a.b"), then)).isFalse();
    assertThat(revoke("ann", pattern("a.b"), later)).isTrue();
    assertThat(reauthorize("ann", then)).isTrue();
    assertThat(revocations.all()).hasSize(4);
  }

  @Test
  void changesInOneMomentAllCount() {
    for (int i = 0; i < 5; i++) {
      assertThat(reauthorize("ann", revocations.timeOfNext("ann"))).isTrue();
    }
    reauthorize("bob", Instant.now().plusSeconds(30)); // From a node whose clock is ahead.
    assertThat(reauthorize("bob", revocations.timeOfNext("bob"))).isTrue();
  }

  @Test
  void whatBecomesEverythingCountsSinceTheLatest() {
    for (int i = 0; i < Revocations.MOST_PATTERNS; i++) {
      revoke("ann", pattern("a" + i), later);
    }
    revoke("ann", pattern("old"), before);
    assertThat(revocations.isRevoked(newer, pattern("a0"))).isTrue();
  }

  @Test
  void ofTooManyUsersTheOldestAreForgotten() {
    for (int i = 0; i <= Revocations.MOST_USERS; i++) {
      disconnect("user" + i, then);
    }
    assertThat(revocations.isDisconnected(Client.of("user0").withIssued(before))).isFalse();
    assertThat(revocations.isDisconnected(Client.of("user1").withIssued(before))).isTrue();
  }
}
