package io.millrace.internal;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Origins of pages as browsers write them: a scheme, a host and a port, or {@code null} for a page
 * that has none (RFC 6454, section 6.2; WHATWG HTML, section 7.1). A host may be any name that
 * browsers accept, such as {@code my_app}, which {@link java.net.URI} does not accept as a host.
 * Hosts are compared in the form that browsers send (WHATWG URL, section 3.5).
 */
public final class Origins {

  /** The origin of pages that have none, such as files and sandboxed frames. */
  public static final String NONE = "null";

  private static final Pattern ORIGIN =
      Pattern.compile(
          "(?<scheme>[a-z][a-z0-9+.-]*)://(?<host>\\[[0-9a-f:.]+]|[^\\[\\]/?#@:,*\\\\\\s]*)(:(?<port>[0-9]{1,5}))?");

  private Origins() {}

  /**
   * Normalizes an origin: in lower case, and without the default port of its scheme.
   *
   * @param origin the text from a page or an application
   * @return the origin; empty if the text is not an origin
   */
  public static Optional<String> normal(String origin) {
    if (origin.equals(NONE)) {
      return Optional.of(NONE);
    }
    Matcher parts = ORIGIN.matcher(origin.toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      return Optional.empty();
    }
    String scheme = parts.group("scheme");
    boolean web = scheme.equals("http") || scheme.equals("https");
    String host = web ? HostNames.normal(parts.group("host")) : parts.group("host");
    if (web && host.isEmpty()) {
      return Optional.empty();
    }
    String text = parts.group("port");
    int port = text == null ? -1 : Integer.parseInt(text);
    if (port > 65_535) {
      return Optional.empty();
    }
    boolean standard = port == -1 || (web && port == (scheme.equals("https") ? 443 : 80));
    return Optional.of(scheme + "://" + host + (standard ? "" : ":" + port));
  }
}
