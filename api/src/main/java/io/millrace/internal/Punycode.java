package io.millrace.internal;

/** Encodes Unicode as letters, digits and hyphens (RFC 3492). */
final class Punycode {

  // RFC 3492, section 5.
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int FIRST_BIAS = 72;
  private static final int FIRST_CODE = 128;

  private Punycode() {}

  /** Encodes a label of a domain name. It must be short, and contain a character beyond ASCII. */
  static String encode(String label) {
    int[] codes = label.codePoints().toArray();
    StringBuilder encoded = new StringBuilder();
    label.chars().filter(c -> c < FIRST_CODE).forEach(c -> encoded.append((char) c));
    int basic = encoded.length();
    int handled = basic;
    if (basic > 0) {
      encoded.append('-');
    }
    int code = FIRST_CODE;
    int bias = FIRST_BIAS;
    int delta = 0;
    while (handled < codes.length) {
      int next = next(codes, code);
      delta += (next - code) * (handled + 1);
      code = next;
      for (int each : codes) {
        if (each < code) {
          delta++;
        } else if (each == code) {
          append(encoded, delta, bias);
          bias = adapt(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
      delta++;
      code++;
    }
    return encoded.toString();
  }

  private static int next(int[] codes, int least) {
    int next = Integer.MAX_VALUE;
    for (int each : codes) {
      next = each >= least ? Math.min(next, each) : next;
    }
    return next;
  }

  private static void append(StringBuilder encoded, int delta, int bias) {
    int rest = delta;
    for (int k = BASE; ; k += BASE) {
      int threshold = Math.max(T_MIN, Math.min(T_MAX, k - bias));
      if (rest < threshold) {
        encoded.append(digit(rest));
        return;
      }
      encoded.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int adapt(int delta, int points, boolean first) {
    int rest = first ? delta / DAMP : delta / 2;
    rest += rest / points;
    int k = 0;
    while (rest > (BASE - T_MIN) * T_MAX / 2) {
      rest /= BASE - T_MIN;
      k += BASE;
    }
    return k + (BASE - T_MIN + 1) * rest / (rest + SKEW);
  }
}
