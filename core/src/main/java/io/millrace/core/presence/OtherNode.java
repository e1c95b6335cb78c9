package io.millrace.core.presence;

import io.millrace.Member;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** What is known of another node. Owned by the node's event loop. */
final class OtherNode {

  final String id;

  /** What each of its members takes, by channel and user. */
  final Map<String, Map<String, Integer>> rooms = new HashMap<>();

  /** The number of what it said last; at first none is known. */
  long seq = -1;

  /** When it was last heard. */
  long heardAt;

  /** When its members leave, because it has said goodbye. */
  long leavesAt = Long.MAX_VALUE;

  /** Whether something was missed. */
  boolean incomplete = true;

  /** When it may be asked again. */
  long askDue;

  /** What it has said so far while it says everything. */
  Map<String, Map<String, Member>> told = new LinkedHashMap<>();

  long toldSeq = -1;
  int nextPart;

  /** About how many bytes that takes. */
  long toldBytes;

  OtherNode(String id) {
    this.id = id;
  }

  void forgetTold() {
    told = new LinkedHashMap<>();
    toldSeq = -1;
    toldBytes = 0;
  }
}
