package io.millrace.broker.stomp;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A record by which a node says that it is there, and by which the stream is known: streams have no
 * name that outlives their deletion, so nodes write one into them.
 *
 * @param id what it is told by: the node, and a number of its own
 * @param epoch what the node takes the stream to be, if it knows already
 * @param founding whether the node proposes that epoch, having found none, or one that no longer
 *     holds
 * @param previous the offset and the id of a marker that the node has read in this stream, by which
 *     others can tell that it means this one; empty if it has read none
 */
record Marker(
    String id, Optional<StreamEpoch> epoch, boolean founding, Optional<Previous> previous) {

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

  static Marker founding(String id, StreamEpoch epoch) {
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

  /** Reads a record at the markers' place. */
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
                .map(named -> new StreamEpoch(named, Long.parseLong(generation))),
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
