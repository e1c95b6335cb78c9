package io.millrace;

import io.millrace.spi.options.Form;
import io.millrace.spi.options.Option;
import io.millrace.spi.options.OptionGroup;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An authorizer for the common cases, made of rules:
 *
 * <pre>{@code
 * new AccessRules()
 *     .allow("user.{user}.**").subscribe()
 *     .allow("chat.*").subscribe().history().publish().presence()
 *     .allowEveryone("news.**").subscribe().history()
 *     .deny("chat.staff").everything()
 * }</pre>
 *
 * <p>An action is allowed if a rule allows it for everything that the target matches, and no rule
 * denies it for anything that the target matches. {@code {user}} in a pattern stands for the user,
 * as {@link Channel#encodeSegment} encodes it; such a rule says nothing about anonymous clients.
 * These get only what is allowed to everyone; what is denied is denied to everyone. Without rules,
 * nothing is allowed.
 *
 * <p>Not safe for use by several threads until it is given to {@link
 * Millrace.Builder#authorizer(Authorizer)}; it must not be changed afterwards.
 */
public final class AccessRules implements Authorizer {

  private static final String USER = "{user}";

  /** What is written instead of a user to see whether a pattern can be one. */
  private static final String SOMEBODY = "user";

  private final List<Rule> rules = new ArrayList<>();

  /** Makes an authorizer without rules. */
  public AccessRules() {}

  /**
   * Reads rules from JSON: an array of objects such as {@code {"allow":"user.{user}.**",
   * "actions":["subscribe"]}}, with {@code "allow"}, {@code "allowEveryone"} or {@code "deny"}.
   * Without {@code actions}, a rule is for all of them.
   *
   * @param json the rules
   * @return an authorizer
   * @throws IllegalArgumentException if a rule cannot be read; the message says why
   */
  public static AccessRules of(JsonArray json) {
    AccessRules all = new AccessRules();
    for (Object each : json) {
      if (!(each instanceof JsonObject rule)) {
        throw new IllegalArgumentException("A rule must be an object, not " + each);
      }
      new RuleJson(rule).addTo(all);
    }
    return all;
  }

  /**
   * Begins a rule that allows something to users.
   *
   * @param pattern a name or pattern, in which a segment may be <code>{user}</code>
   * @return this; the methods for actions say what the rule allows
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public AccessRules allow(String pattern) {
    return add(new Rule(pattern, Kind.USERS));
  }

  /**
   * Begins a rule that allows something to everyone, also to anonymous clients.
   *
   * @param pattern a name or pattern
   * @return this; the methods for actions say what the rule allows
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public AccessRules allowEveryone(String pattern) {
    return add(new Rule(pattern, Kind.EVERYONE));
  }

  /**
   * Begins a rule that denies something, whatever other rules allow.
   *
   * @param pattern a name or pattern, in which a segment may be <code>{user}</code>
   * @return this; the methods for actions say what the rule denies
   * @throws MillraceException {@link MillraceException.Code#BAD_REQUEST} if it is not a pattern
   */
  public AccessRules deny(String pattern) {
    return add(new Rule(pattern, Kind.NOBODY));
  }

  private AccessRules add(Rule rule) {
    rules.add(rule);
    return this;
  }

  @Override
  public Future<Boolean> authorize(Client client, Action action, ChannelPattern target) {
    boolean allowed = false;
    for (Rule rule : rules) {
      if (!rule.actions.contains(action)) {
        continue;
      }
      Optional<ChannelPattern> pattern = rule.of(client);
      if (rule.kind == Kind.NOBODY) {
        if (pattern.filter(target::overlaps).isPresent()) {
          return Future.succeededFuture(false);
        }
      } else if (rule.kind == Kind.EVERYONE || client.user().isPresent()) {
        allowed |= pattern.filter(wider -> wider.covers(target)).isPresent();
      }
    }
    return Future.succeededFuture(allowed);
  }

  /**
   * Adds {@link Authorizer.Action#SUBSCRIBE} to the rule that was begun last.
   *
   * @return this
   * @throws IllegalStateException if none was begun
   */
  public AccessRules subscribe() {
    return with(Set.of(Action.SUBSCRIBE));
  }

  /**
   * Adds {@link Authorizer.Action#HISTORY} to the rule that was begun last.
   *
   * @return this
   * @throws IllegalStateException if none was begun
   */
  public AccessRules history() {
    return with(Set.of(Action.HISTORY));
  }

  /**
   * Adds {@link Authorizer.Action#PUBLISH} to the rule that was begun last.
   *
   * @return this
   * @throws IllegalStateException if none was begun
   */
  public AccessRules publish() {
    return with(Set.of(Action.PUBLISH));
  }

  /**
   * Adds {@link Authorizer.Action#PRESENCE} to the rule that was begun last.
   *
   * @return this
   * @throws IllegalStateException if none was begun
   */
  public AccessRules presence() {
    return with(Set.of(Action.PRESENCE));
  }

  /**
   * Adds all actions to the rule that was begun last.
   *
   * @return this
   * @throws IllegalStateException if none was begun
   */
  public AccessRules everything() {
    return with(Set.of(Action.values()));
  }

  private AccessRules with(Set<Action> actions) {
    if (rules.isEmpty()) {
      throw new IllegalStateException("Begin a rule first, with allow, allowEveryone or deny.");
    }
    rules.get(rules.size() - 1).actions.addAll(actions);
    return this;
  }

  private enum Kind {
    USERS,
    EVERYONE,
    NOBODY
  }

  private static final class Rule {

    private final String pattern;
    private final Kind kind;
    private final Optional<ChannelPattern> fixed;
    private final Set<Action> actions = EnumSet.noneOf(Action.class);

    Rule(String pattern, Kind kind) {
      ChannelPattern checked = ChannelPattern.of(pattern.replace(USER, SOMEBODY));
      this.pattern = pattern;
      this.kind = kind;
      this.fixed = pattern.contains(USER) ? Optional.empty() : Optional.of(checked);
    }

    /** Returns the pattern for a client; empty if the rule says nothing about it. */
    Optional<ChannelPattern> of(Client client) {
      if (fixed.isPresent()) {
        return fixed;
      }
      return client
          .user()
          .map(user -> pattern.replace(USER, Channel.encodeSegment(user)))
          .filter(text -> text.length() <= ChannelPattern.MAX_LENGTH)
          .map(ChannelPattern::of);
    }
  }

  /** What a rule looks like in JSON. */
  private static final class RuleJson {
    private static final Form<Set<Action>> ACTIONS =
        Form.set(
            "subscribe, history, publish or presence",
            text -> Action.valueOf(text.toUpperCase(Locale.ROOT)),
            action -> action.toString().toLowerCase(Locale.ROOT));

    private final OptionGroup group = new OptionGroup("A rule");
    private final Option<String> allow = group.option("allow", Form.TEXT);
    private final Option<String> allowEveryone = group.option("allowEveryone", Form.TEXT);
    private final Option<String> deny = group.option("deny", Form.TEXT);
    private final Option<Set<Action>> actions =
        group.option("actions", ACTIONS).initially(Set.of(Action.values()));

    RuleJson(JsonObject json) {
      group.read(json);
    }

    void addTo(AccessRules all) {
      if (group.toJson().fieldNames().size() != 2) { // One of these, and the actions.
        throw new IllegalArgumentException(
            "A rule must have one of allow, allowEveryone and deny, and only one.");
      }
      allow.value().ifPresent(all::allow);
      allowEveryone.value().ifPresent(all::allowEveryone);
      deny.value().ifPresent(all::deny);
      all.with(actions.get());
    }
  }
}
