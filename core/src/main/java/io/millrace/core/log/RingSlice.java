package io.millrace.core.log;

/**
 * What was read from the ring.
 *
 * @param count how many items; -1 if some have already left the ring
 * @param bytes their sizes, together
 * @param through there is nothing except these up to here
 */
public record RingSlice(int count, int bytes, long through) {

  /** Reads a ring up to its end, at the head of the log, as {@link Log#readRing} does. */
  static RingSlice read(
      LogQueue<LogItem> ring, long head, long after, LogItem[] into, int mostBytes) {
    int bytes = 0;
    int count = 0;
    for (int i = ring.indexAfter(after); i < ring.size(); i++) {
      LogItem item = ring.get(i);
      if (count == into.length || (count > 0 && bytes + item.size > mostBytes)) {
        return new RingSlice(count, bytes, into[count - 1].seq);
      }
      bytes += item.size;
      into[count++] = item;
    }
    return new RingSlice(count, bytes, head);
  }
}
