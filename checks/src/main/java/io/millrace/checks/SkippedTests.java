package io.millrace.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Says which tests were skipped because this machine lacks something that they need, and how to
 * install that. It reads the reports of Surefire and Failsafe, where the test kit's {@code Needed}
 * writes its reasons.
 */
public final class SkippedTests {

  private static final Pattern REPORT =
      Pattern.compile(".*/target/(surefire|failsafe)-reports/TEST-[^/]+[.]xml");

  private static final Pattern REASON = Pattern.compile("Needs ([^:]+): (.+)");

  /** Something that is missing, with the command that installs it. */
  private record Need(String name, String command) implements Comparable<Need> {

    @Override
    public int compareTo(Need other) {
      return name.compareTo(other.name);
    }
  }

  private SkippedTests() {}

  /**
   * Prints the block, or nothing if no test was skipped because something is missing.
   *
   * @param arguments the project's folder, and when the build began; older reports are ignored
   * @throws IOException if a report cannot be read
   */
  public static void main(String[] arguments) throws IOException {
    System.out.print(block(Path.of(arguments[0]), Instant.parse(arguments[1])));
  }

  /** Returns the block; empty if no test was skipped because something is missing. */
  static String block(Path project, Instant since) throws IOException {
    Map<Need, Collection<String>> skipped = new TreeMap<>();
    try (Stream<Path> files = Files.walk(project)) {
      for (Path report : files.filter(SkippedTests::isReport).toList()) {
        if (!Files.getLastModifiedTime(report).toInstant().isBefore(since)) {
          read(report, skipped);
        }
      }
    }
    if (skipped.isEmpty()) {
      return "";
    }
    StringBuilder block =
        new StringBuilder(
            "\nSkipped because this machine lacks what they need (./verify installs it on Debian and"
                + " Ubuntu, and runs them):\n\n");
    skipped.forEach(
        (need, classes) ->
            block.append(
                "  %s (%s)\n      %s\n"
                    .formatted(need.name(), need.command(), String.join(", ", classes))));
    return block.append('\n').toString();
  }

  private static boolean isReport(Path file) {
    return REPORT.matcher(file.toString().replace('\\', '/')).matches();
  }

  private static void read(Path report, Map<Need, Collection<String>> skipped) throws IOException {
    for (Element test : elements(report)) {
      Matcher reason = REASON.matcher(reason(test));
      if (reason.lookingAt()) {
        String type = test.getAttribute("classname");
        skipped
            .computeIfAbsent(
                new Need(reason.group(1), reason.group(2)), first -> new TreeSet<String>())
            .add(type.substring(type.lastIndexOf('.') + 1));
      }
    }
  }

  private static String reason(Element test) {
    NodeList skipped = test.getElementsByTagName("skipped");
    return skipped.getLength() == 0
        ? ""
        : ((Element) skipped.item(0)).getAttribute("message").replaceFirst("\n(?s).*", "");
  }

  private static List<Element> elements(Path report) throws IOException {
    try {
      NodeList tests =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getElementsByTagName("testcase");
      return IntStream.range(0, tests.getLength())
          .mapToObj(i -> (Element) tests.item(i))
          .collect(Collectors.toList());
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(report + " is not a report", e);
    }
  }
}
