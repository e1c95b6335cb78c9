package io.millrace;

import static io.millrace.Authorizer.Action.HISTORY;
import static io.millrace.Authorizer.Action.PRESENCE;
import static io.millrace.Authorizer.Action.PUBLISH;
import static io.millrace.Authorizer.Action.SUBSCRIBE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {

  private static final Client ANN = Client.of("ann@example.com");
  private static final Client NOBODY = Client.anonymous();

  private AccessRules rules = new AccessRules();

  private boolean may(Client client, Authorizer.Action action, String target) {
    return rules.authorize(client, action, ChannelPattern.of(target)).result();
  }

  @Test
  void withoutRulesNothingIsAllowed() {
    assertThat(may(ANN, SUBSCRIBE, "a")).isFalse();
    assertThat(may(NOBODY, SUBSCRIBE, "a")).isFalse();
  }

  @Test
  void aRuleAllowsItsActionsAndNoOthers() {
    rules.allow("chat.*").subscribe().publish();
    assertThat(may(ANN, SUBSCRIBE, "chat.a")).isTrue();
    assertThat(may(ANN, PUBLISH, "chat.a")).isTrue();
    assertThat(may(ANN, HISTORY, "chat.a")).isFalse();
    assertThat(may(ANN, PRESENCE, "chat.a")).isFalse();
    rules.history().presence();
    assertThat(may(ANN, HISTORY, "chat.a")).isTrue();
    assertThat(may(ANN, PRESENCE, "chat.a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "chat.a, true",
    "chat.*, true",
    "chat.**, false",
    "**, false",
    "chat, false",
    "chat.a.b, false"
  })
  void aPatternIsAllowedIfTheRuleCoversAllOfIt(String target, boolean allowed) {
    rules.allow("chat.*").subscribe();
    assertThat(may(ANN, SUBSCRIBE, target)).isEqualTo(allowed);
  }

  @Test
  void aUserHasChannelsOfItsOwn() {
    rules.allow("user.{user}.**").everything();
    assertThat(may(ANN, SUBSCRIBE, "user.ann_0040example_002ecom.inbox")).isTrue();
    assertThat(may(Client.of("bob"), SUBSCRIBE, "user.ann_0040example_002ecom.inbox")).isFalse();
    assertThat(may(Client.of("*"), SUBSCRIBE, "user.bob.inbox")).isFalse();
    assertThat(may(Client.of("**"), SUBSCRIBE, "user.**")).isFalse();
    assertThat(may(NOBODY, SUBSCRIBE, "user.user.inbox")).isFalse();
    assertThat(may(Client.of("ü".repeat(100)), SUBSCRIBE, "user.user.inbox")).isFalse();
  }

  @Test
  void anonymousClientsGetWhatIsAllowedToEveryone() {
    rules.allow("chat.**").subscribe().allowEveryone("news.**").subscribe();
    assertThat(may(NOBODY, SUBSCRIBE, "chat.a")).isFalse();
    assertThat(may(NOBODY, SUBSCRIBE, "news.a")).isTrue();
    assertThat(may(ANN, SUBSCRIBE, "news.a")).isTrue();
  }

  @Test
  void denyWinsForWhateverOverlaps() {
    rules.deny("chat.staff").everything().allow("chat.*").subscribe();
    assertThat(may(ANN, SUBSCRIBE, "chat.a")).isTrue();
    assertThat(may(ANN, SUBSCRIBE, "chat.staff")).isFalse();
    assertThat(may(ANN, SUBSCRIBE, "chat.*")).isFalse();
  }

  @Test
  void rulesAreReadFromJson() {
    rules =
        AccessRules.of(
            new JsonArray(
                """
                [{"allow": "user.{user}.**", "actions": ["subscribe", "history"]},
                 {"allowEveryone": "news.**"},
                 {"deny": "news.secret", "actions": ["subscribe"]}]
                """));
    assertThat(may(Client.of("bob"), HISTORY, "user.bob.a")).isTrue();
    assertThat(may(Client.of("bob"), PUBLISH, "user.bob.a")).isFalse();
    assertThat(may(NOBODY, PUBLISH, "news.a")).isTrue();
    assertThat(may(NOBODY, SUBSCRIBE, "news.secret")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[1]",
        "[{}]",
        "[{\"allow\":\"a\",\"deny\":\"b\"}]",
        "[{\"allow\":\"a\",\"actions\":[\"fly\"]}]",
        "[{\"allow\":\"a\",\"other\":1}]",
        "[{\"allow\":7}]"
      })
  void aRuleThatCannotBeReadIsRefused(String json) {
    assertThatThrownBy(() -> AccessRules.of(new JsonArray(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("Exception");
  }

  @Test
  void aRuleMustHaveAPatternAndComeBeforeItsActions() {
    assertThatThrownBy(() -> rules.allow("a b")).isInstanceOf(MillraceException.class);
    assertThatThrownBy(() -> new AccessRules().subscribe())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("allow");
  }
}
