package io.millrace.internal;

import java.util.ArrayList;
import java.util.List;

/** IPv6 addresses as text (RFC 4291, section 2.2; RFC 5952; WHATWG URL, section 3.5). */
final class Ipv6 {

  private static final int GROUPS = 8;

  private Ipv6() {}

  /** Returns the shortest form of a lower-case address; the text itself if it is not an address. */
  static String shortest(String text) {
    int gap = text.indexOf("::");
    List<Integer> groups = new ArrayList<>();
    boolean readable;
    if (gap < 0) {
      readable = read(text, groups) && groups.size() == GROUPS;
    } else {
      List<Integer> last = new ArrayList<>();
      readable = read(text.substring(0, gap), groups) && read(text.substring(gap + 2), last);
      while (groups.size() + last.size() < GROUPS) {
        groups.add(0);
      }
      groups.addAll(last);
      readable &= groups.size() == GROUPS;
    }
    return readable ? write(groups) : text;
  }

  private static boolean read(String text, List<Integer> groups) {
    if (text.isEmpty()) {
      return true;
    }
    String[] parts = text.split(":", -1);
    for (int i = 0; i < parts.length; i++) {
      boolean last = i == parts.length - 1;
      if (parts[i].matches("[0-9a-f]{1,4}")) {
        groups.add(Integer.parseInt(parts[i], 16));
      } else if (!last || !readIpv4(parts[i], groups)) {
        return false;
      }
    }
    return true;
  }

  private static boolean readIpv4(String text, List<Integer> groups) {
    String[] bytes = text.split("\\.", -1);
    int[] values = new int[4];
    if (bytes.length != values.length) {
      return false;
    }
    for (int i = 0; i < values.length; i++) {
      if (!bytes[i].matches("[0-9]{1,3}") || Integer.parseInt(bytes[i]) > 255) {
        return false;
      }
      values[i] = Integer.parseInt(bytes[i]);
    }
    groups.add(values[0] << 8 | values[1]);
    groups.add(values[2] << 8 | values[3]);
    return true;
  }

  /** Writes groups, and omits the first of the longest runs of two or more zeros. */
  private static String write(List<Integer> groups) {
    int start = -1;
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups.get(end) == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(text.length() == 0 || text.toString().endsWith(":") ? "" : ":")
            .append(Integer.toHexString(groups.get(i)));
      }
    }
    return text.toString();
  }
}
