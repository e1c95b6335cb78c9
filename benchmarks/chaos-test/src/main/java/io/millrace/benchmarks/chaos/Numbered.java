package io.millrace.benchmarks.chaos;

import io.vertx.core.json.JsonObject;

/** A message: the next number of its channel. */
record Numbered(String channel, int number) {

  static Numbered parse(String payload) {
    JsonObject json = new JsonObject(payload);
    return new Numbered(json.getString("channel"), json.getInteger("number"));
  }

  /** The body of a request to publish it. The key is the same at every attempt. */
  String request() {
    JsonObject data = new JsonObject().put("channel", channel).put("number", number);
    return new JsonObject()
        .put("channel", channel)
        .put("data", data)
        .put("key", "chaos-" + number)
        .encode();
  }

  @Override
  public String toString() {
    return channel + "#" + number;
  }
}
