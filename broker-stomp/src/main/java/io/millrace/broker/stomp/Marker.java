package io.millrace.broker.stomp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A record with which a node shows that it is alive, and which identifies the stream. A stream that
 * is deleted and created again has the same name at the broker, so nodes write a name of their own
 * into it.
 *
 * @param id its id: the node, and a number
 * @param epoch the epoch of the stream, if the node knows it already
 * @param founding whether the node proposes this epoch, because it has found none, or one that is
 *     no longer valid
 * @param previous the offset and the id of a marker that the node has read in this stream, which
 *     shows others that it means this stream; empty if it has read none
 */
record Marker(
    String id, Optional<RabbitStreamEpoch> epoch, boolean founding, Optional<Previous> previous) {

  /** A marker that was read. */
  record Previous(long offset, String id) {}

  static final String ID = "millrace-marker";

  private static final String EPOCH = "millrace-epoch";
  private static final String GENERATION = "millrace-generation";
  private static final String FOUNDING = "millrace-founding";
  private static final String PREVIOUS = "millrace-previous";

  static Marker hello(String id) {
    return new Marker(id, Optional.empty(), false, Optional.empty());
  }

  static Marker founding(String id, RabbitStreamEpoch epoch) {
    return new Marker(id, Optional.of(epoch), true, Optional.empty());
  }

  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(ID, id);
    epoch.ifPresent(
        named -> {
          headers.put(EPOCH, named.name());
          headers.put(GENERATION, Long.toString(named.generation()));
        });
    if (founding) {
      headers.put(FOUNDING, "true");
    }
    previous.ifPresent(read -> headers.put(PREVIOUS, read.offset() + " " + read.id()));
    return headers;
  }

  /** Reads a marker from the headers of a record, if it is one. */
  static Optional<Marker> of(Map<String, String> headers) {
    String id = headers.get(ID);
    String name = headers.getOrDefault(EPOCH, "0");
    String generation = headers.getOrDefault(GENERATION, "1");
    if (id == null
        || !name.matches("[A-Za-z0-9_]{1,44}")
        || !generation.matches("[1-9][0-9]{0,15}")) {
      return Optional.empty();
    }
    return Optional.of(
        new Marker(
            id,
            Optional.ofNullable(headers.get(EPOCH))
                .map(named -> new RabbitStreamEpoch(named, Long.parseLong(generation))),
            "true".equals(headers.get(FOUNDING)),
            previous(headers.getOrDefault(PREVIOUS, ""))));
  }

  private static Optional<Previous> previous(String text) {
    int space = text.indexOf(' ');
    try {
      return space < 0
          ? Optional.empty()
          : Optional.of(
              new Previous(Long.parseLong(text.substring(0, space)), text.substring(space + 1)));
    } catch (NumberFormatException foreign) {
      return Optional.empty();
    }
  }
}
