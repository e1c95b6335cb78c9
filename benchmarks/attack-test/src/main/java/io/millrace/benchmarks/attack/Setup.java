package io.millrace.benchmarks.attack;

import io.vertx.core.json.JsonObject;

/**
 * How the server that is attacked differs from the README's. Honest clients may publish to their
 * own channels with each.
 *
 * @param publishing whether strangers may publish to {@code open.**}
 * @param patterns whether strangers may subscribe to patterns of {@code held.**}
 * @param judged whether it has a {@link FaultyAuthorizer}
 * @param silent whether its broker never confirms messages to {@code open.**}
 * @param maxReaders the option, 0 for the default
 * @param keySeconds for how long keys are remembered, 0 for the default
 * @param sendBuffer the bytes of the kernel's send buffers, 0 for the default
 * @param held what it holds before the attack begins, on channels {@code held.…}
 * @param fed what it publishes when the attack asks for it, on channels {@code feed.…}
 */
record Setup(
    boolean publishing,
    boolean patterns,
    boolean judged,
    boolean silent,
    int maxReaders,
    int keySeconds,
    int sendBuffer,
    Contents held,
    Contents fed) {

  /**
   * Messages.
   *
   * @param channels how many channels they are on
   * @param messages how many there are on each channel; of those that are fed, how many in a second
   * @param bytes the size of each
   */
  record Contents(int channels, int messages, int bytes) {

    static final Contents NONE = new Contents(0, 0, 0);

    /** Returns the name of a channel with contents. */
    static String channel(String prefix, int number) {
      return prefix + "." + number / 1000 + "." + number % 1000;
    }

    private JsonObject json() {
      return new JsonObject()
          .put("channels", channels)
          .put("messages", messages)
          .put("bytes", bytes);
    }

    private static Contents of(JsonObject json) {
      return new Contents(
          json.getInteger("channels"), json.getInteger("messages"), json.getInteger("bytes"));
    }
  }

  /** The server as in the README. */
  static final Setup README =
      new Setup(false, false, false, false, 0, 0, 0, Contents.NONE, Contents.NONE);

  /** Strangers may publish. */
  static final Setup PUBLISHING =
      new Setup(true, false, false, false, 0, 0, 0, Contents.NONE, Contents.NONE);

  Setup withPatterns() {
    return new Setup(
        publishing, true, judged, silent, maxReaders, keySeconds, sendBuffer, held, fed);
  }

  Setup withAuthorizer() {
    return new Setup(
        publishing, patterns, true, silent, maxReaders, keySeconds, sendBuffer, held, fed);
  }

  Setup withSilentBroker() {
    return new Setup(
        publishing, patterns, judged, true, maxReaders, keySeconds, sendBuffer, held, fed);
  }

  Setup withMaxReaders(int most) {
    return new Setup(publishing, patterns, judged, silent, most, keySeconds, sendBuffer, held, fed);
  }

  Setup withKeySeconds(int seconds) {
    return new Setup(
        publishing, patterns, judged, silent, maxReaders, seconds, sendBuffer, held, fed);
  }

  /** Over loopback, the kernel would buffer megabytes for each client that does not read. */
  Setup withSendBuffer(int bytes) {
    return new Setup(
        publishing, patterns, judged, silent, maxReaders, keySeconds, bytes, held, fed);
  }

  Setup holding(Contents contents) {
    return new Setup(
        publishing, patterns, judged, silent, maxReaders, keySeconds, sendBuffer, contents, fed);
  }

  Setup feeding(Contents contents) {
    return new Setup(
        publishing, patterns, judged, silent, maxReaders, keySeconds, sendBuffer, held, contents);
  }

  /** For {@link #of}. */
  String encode() {
    return new JsonObject()
        .put("publishing", publishing)
        .put("patterns", patterns)
        .put("judged", judged)
        .put("silent", silent)
        .put("maxReaders", maxReaders)
        .put("keySeconds", keySeconds)
        .put("sendBuffer", sendBuffer)
        .put("held", held.json())
        .put("fed", fed.json())
        .encode();
  }

  static Setup of(String encoded) {
    JsonObject json = new JsonObject(encoded);
    return new Setup(
        json.getBoolean("publishing"),
        json.getBoolean("patterns"),
        json.getBoolean("judged"),
        json.getBoolean("silent"),
        json.getInteger("maxReaders"),
        json.getInteger("keySeconds"),
        json.getInteger("sendBuffer"),
        Contents.of(json.getJsonObject("held")),
        Contents.of(json.getJsonObject("fed")));
  }
}
