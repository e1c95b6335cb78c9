package io.millrace.core.log;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what is filed under the patterns that match a channel, by walking the channel's segments. A
 * node holds all segments up to the next fork, so there are at most two nodes for each pattern,
 * however many segments it has.
 */
public final class PatternTree<V> {

  private static final String MANY = "**";

  /** A part of one pattern's text, which all patterns that lead through here share. */
  private static final class Node<V> {
    final String text;
    final int end;
    int start;
    Map<String, Node<V>> children = Map.of();
    Set<V> values = Set.of();

    Node(String text, int start, int end) {
      this.text = text;
      this.start = start;
      this.end = end;
    }

    void put(Node<V> child) {
      if (children.isEmpty()) {
        children = new HashMap<>(2);
      }
      children.put(segment(child.text, child.start), child);
    }

    boolean add(V value) {
      if (values.isEmpty()) {
        values = new LinkedHashSet<>(2);
      }
      return values.add(value);
    }
  }

  private final Node<V> root = new Node<>("", 0, 0);
  private int size;

  /** Returns whether there is nothing in it. */
  public boolean isEmpty() {
    return size == 0;
  }

  private static int segmentEnd(String text, int start) {
    int dot = text.indexOf('.', start);
    return dot < 0 ? text.length() : dot;
  }

  private static String segment(String text, int start) {
    return text.substring(start, segmentEnd(text, start));
  }

  /** Adds a value under a pattern. */
  public void add(ChannelPattern pattern, V value) {
    String text = pattern.toString();
    Node<V> node = root;
    for (int at = 0; at <= text.length(); at = node.end + 1) {
      Node<V> child = node.children.get(segment(text, at));
      if (child == null) {
        child = new Node<>(text, at, text.length());
        node.put(child);
      }
      int common = common(child, text);
      node = common < child.end ? split(node, child, common) : child;
    }
    if (node.add(value)) {
      size++;
    }
  }

  /** Returns the end of the last segment that a text has in common with a node. */
  private static int common(Node<?> node, String text) {
    int common = node.start;
    for (int i = node.start; ; i++) {
      boolean nodeEnds = i == node.end;
      boolean textEnds = i == text.length();
      if ((nodeEnds || node.text.charAt(i) == '.') && (textEnds || text.charAt(i) == '.')) {
        common = i;
      }
      if (nodeEnds || textEnds || node.text.charAt(i) != text.charAt(i)) {
        return common;
      }
    }
  }

  private static <V> Node<V> split(Node<V> parent, Node<V> child, int end) {
    Node<V> upper = new Node<>(child.text, child.start, end);
    parent.put(upper);
    child.start = end + 1;
    upper.put(child);
    return upper;
  }

  /** Removes a value from under a pattern. */
  public void remove(ChannelPattern pattern, V value) {
    if (remove(root, pattern.toString(), 0, value)) {
      size--;
    }
  }

  private static <V> boolean remove(Node<V> node, String text, int at, V value) {
    if (at > text.length()) {
      return !node.values.isEmpty() && node.values.remove(value);
    }
    String segment = segment(text, at);
    Node<V> child = node.children.get(segment);
    if (child == null || common(child, text) < child.end) {
      return false;
    }
    boolean removed = remove(child, text, child.end + 1, value);
    if (child.values.isEmpty() && child.children.isEmpty()) {
      node.children.remove(segment);
    } else if (child.values.isEmpty() && child.children.size() == 1) {
      Node<V> only = child.children.values().iterator().next();
      only.start = child.start;
      node.children.put(segment, only);
    }
    return removed;
  }

  /** Returns what is filed under the patterns that match a channel, in no particular order. */
  public List<V> matching(List<String> segments) {
    List<V> found = new ArrayList<>();
    collect(root, segments, 0, found);
    return found;
  }

  private static <V> void collect(Node<V> node, List<String> segments, int depth, List<V> found) {
    if (depth == segments.size()) {
      found.addAll(node.values);
      return;
    }
    for (String key : List.of(MANY, "*", segments.get(depth))) {
      Node<V> child = node.children.get(key);
      if (child != null) {
        enter(child, segments, depth, found);
      }
    }
  }

  /** Walks the segments of one node. */
  private static <V> void enter(Node<V> node, List<String> segments, int depth, List<V> found) {
    int next = depth;
    for (int at = node.start; at < node.end; at = segmentEnd(node.text, at) + 1) {
      if (next == segments.size()) {
        return;
      }
      if (node.text.startsWith(MANY, at)) {
        found.addAll(node.values);
        return;
      }
      String segment = segments.get(next++);
      if (node.text.charAt(at) != '*' && !isAt(node.text, at, segment)) {
        return;
      }
    }
    collect(node, segments, next, found);
  }

  private static boolean isAt(String text, int at, String segment) {
    return text.startsWith(segment, at) && segmentEnd(text, at) == at + segment.length();
  }

  /** Returns how many nodes there are besides the root. */
  int nodeCount() {
    return count(root) - 1;
  }

  private static int count(Node<?> node) {
    return 1 + node.children.values().stream().mapToInt(PatternTree::count).sum();
  }
}
