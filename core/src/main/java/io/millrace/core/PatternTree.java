package io.millrace.core;

import io.millrace.ChannelPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds what is filed under the patterns that match a channel, by walking the channel's segments.
 */
final class PatternTree<V> {

  private static final class Node<V> {
    final Map<String, Node<V>> children = new HashMap<>(2);
    final Set<V> values = new LinkedHashSet<>(2);
  }

  private final Node<V> root = new Node<>();
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  void add(ChannelPattern pattern, V value) {
    Node<V> node = root;
    for (String segment : pattern.segments()) {
      node = node.children.computeIfAbsent(segment, absent -> new Node<>());
    }
    if (node.values.add(value)) {
      size++;
    }
  }

  void remove(ChannelPattern pattern, V value) {
    if (remove(root, pattern.segments(), 0, value)) {
      size--;
    }
  }

  private static <V> boolean remove(Node<V> node, List<String> segments, int depth, V value) {
    if (depth == segments.size()) {
      return node.values.remove(value);
    }
    String segment = segments.get(depth);
    Node<V> child = node.children.get(segment);
    if (child == null) {
      return false;
    }
    boolean removed = remove(child, segments, depth + 1, value);
    if (child.values.isEmpty() && child.children.isEmpty()) {
      node.children.remove(segment);
    }
    return removed;
  }

  /** Returns what is filed under the patterns that match a channel, in no particular order. */
  List<V> matching(List<String> segments) {
    List<V> found = new ArrayList<>();
    collect(root, segments, 0, found);
    return found;
  }

  private static <V> void collect(Node<V> node, List<String> segments, int depth, List<V> found) {
    if (depth == segments.size()) {
      found.addAll(node.values);
      return;
    }
    Node<V> rest = node.children.get("**");
    if (rest != null) {
      found.addAll(rest.values);
    }
    for (String key : List.of("*", segments.get(depth))) {
      Node<V> child = node.children.get(key);
      if (child != null) {
        collect(child, segments, depth + 1, found);
      }
    }
  }
}
