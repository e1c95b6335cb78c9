package io.millrace.internal;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Converts hosts of web sites, as people write them, to the form that browsers send (WHATWG URL,
 * sections 3.3 and 3.5): names in other scripts in Punycode, IPv6 addresses in their shortest form.
 */
final class HostNames {

  private static final Pattern DOTS = Pattern.compile("[.\u3002\uFF0E\uFF61]");

  /**
   * Characters that names may contain since IDNA 2008, but that {@link IDN}, which implements IDNA
   * 2003, replaces: the sharp s, the final sigma, and the two joiners (UTS 46, section 2.3).
   */
  private static final Pattern DEVIATING = Pattern.compile("[\u00DF\u03C2\u200C\u200D]");

  private HostNames() {}

  /** Returns a lower-case host as browsers send it; the host itself if they do not accept it. */
  static String normal(String host) {
    if (host.startsWith("[")) {
      return "[" + Ipv6.shortest(host.substring(1, host.length() - 1)) + "]";
    }
    if (host.chars().allMatch(c -> c < 128)) {
      return host;
    }
    StringBuilder name = new StringBuilder();
    for (String label : DOTS.split(host, -1)) {
      name.append(name.length() == 0 ? "" : ".").append(ascii(label));
    }
    return name.toString();
  }

  private static String ascii(String label) {
    try {
      return DEVIATING.matcher(label).find()
          ? "xn--" + Punycode.encode(folded(label))
          : IDN.toASCII(label, IDN.ALLOW_UNASSIGNED);
    } catch (IllegalArgumentException noName) {
      return label;
    }
  }

  private static String folded(String label) {
    return Normalizer.normalize(label.toLowerCase(Locale.ROOT), Normalizer.Form.NFKC);
  }
}
