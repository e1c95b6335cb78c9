package io.millrace.core.http;

import io.millrace.ChannelPattern;
import io.millrace.core.broker.Control;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes permissions away on all nodes. A node that could not hear it asks the others, when it is
 * back, what they remember. Safe on any thread.
 */
public final class RevocationExchange {

  private static final String CHANGES = "revocations";
  private static final String QUESTION = "which revocations";
  private static final String LIST = "changes";

  /** About how many bytes a list may have besides its last change. */
  private static final int LIST_BYTES = 32 << 10;

  /** A change takes its text and this much at most, even if each of its characters is escaped. */
  private static final int CHANGE_BYTES = 2_000;

  private final Enforcement enforcement;
  private final Control control;

  /** Answers the question, for all who have asked. */
  private final Runnable answer = this::tellAll;

  /** Makes an object that hears and tells. */
  public RevocationExchange(Enforcement enforcement, Control control) {
    this.enforcement = enforcement;
    this.control = control;
    control.on(CHANGES, this::take);
    control.on(QUESTION, question -> control.soon(answer));
    control.onBack(
        () -> {
          tellAll();
          control.send(QUESTION, new JsonObject()).onFailure(unheard -> {});
        });
  }

  /** Ends everything that a user reads. */
  public Future<Void> disconnect(String user) {
    return change(
        new Revocations.Change(
            user, Revocations.Kind.DISCONNECT, Optional.empty(), enforcement.timeOfNext(user)));
  }

  /** Ends what a user reads that is subscribed to anything that a pattern matches. */
  public Future<Void> revoke(String user, ChannelPattern pattern) {
    return change(
        new Revocations.Change(
            user, Revocations.Kind.REVOKE, Optional.of(pattern), enforcement.timeOfNext(user)));
  }

  /** Asks again about everything that a user reads. */
  public Future<Void> reauthorize(String user) {
    return change(
        new Revocations.Change(
            user, Revocations.Kind.REAUTHORIZE, Optional.empty(), enforcement.timeOfNext(user)));
  }

  private static Instant now() {
    return Instant.ofEpochMilli(System.currentTimeMillis());
  }

  private Future<Void> change(Revocations.Change change) {
    enforcement.order(change);
    return control.send(CHANGES, list(new JsonArray().add(json(change))));
  }

  private static JsonObject list(JsonArray changes) {
    return new JsonObject().put(LIST, changes);
  }

  private void tellAll() {
    JsonArray changes = new JsonArray();
    int bytes = 0;
    int most = Math.min(LIST_BYTES, Math.max(1, control.maxBytes() - CHANGE_BYTES));
    for (Revocations.Change change : enforcement.remembered()) {
      JsonObject json = json(change);
      changes.add(json);
      bytes += json.toBuffer().length();
      if (bytes >= most) {
        send(changes);
        changes = new JsonArray();
        bytes = 0;
      }
    }
    if (!changes.isEmpty()) {
      send(changes);
    }
  }

  private void send(JsonArray changes) {
    control.send(CHANGES, list(changes)).onFailure(unheard -> {}); // It is asked for again.
  }

  private static JsonObject json(Revocations.Change change) {
    JsonObject json =
        new JsonObject()
            .put("user", change.user())
            .put("kind", change.kind().name())
            .put("at", change.at().toEpochMilli());
    change.pattern().ifPresent(pattern -> json.put("pattern", pattern.toString()));
    return json;
  }

  private void take(JsonObject told) {
    Instant latest = now().plus(Duration.ofMinutes(1)); // Clocks differ a little.
    List<Revocations.Change> changes = new ArrayList<>();
    for (Object each : told.getJsonArray(LIST)) {
      try {
        changes.add(change((JsonObject) each, latest));
      } catch (RuntimeException unknown) {
        // A node of another version may have other kinds.
      }
    }
    enforcement.carryOut(changes);
  }

  private static Revocations.Change change(JsonObject json, Instant latest) {
    Instant at = Instant.ofEpochMilli(json.getLong("at"));
    return new Revocations.Change(
        json.getString("user"),
        Revocations.Kind.valueOf(json.getString("kind")),
        Optional.ofNullable(json.getString("pattern")).map(ChannelPattern::of),
        at.isBefore(latest) ? at : latest);
  }
}
