package io.millrace.checks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** The contents of a {@code pom.xml}, without what it inherits. */
final class Pom {

  private final Element project;

  /** Reads the file in a module's folder. */
  Pom(Path module) throws IOException {
    Path file = module.resolve("pom.xml");
    try {
      project =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(file.toFile())
              .getDocumentElement();
    } catch (ParserConfigurationException e) {
      throw new IOException(e);
    } catch (SAXException e) {
      throw new IOException(file.toString(), e);
    }
  }

  String artifact() {
    return child(project, "artifactId");
  }

  /** Returns the version, or that of the parent. */
  String version() {
    String own = child(project, "version");
    return own.isEmpty() ? child(elements("parent").get(0), "version") : own;
  }

  List<String> modules() {
    return elements("module").stream().map(module -> module.getTextContent().strip()).toList();
  }

  /** Returns whether the artifact is published. */
  boolean isDeployed() {
    return elements("maven.deploy.skip").stream()
        .noneMatch(skip -> skip.getTextContent().strip().equals("true"));
  }

  /** Returns the artifacts of a group that the file manages or depends on. */
  List<String> dependencies(String group) {
    return elements("dependency").stream()
        .filter(dependency -> child(dependency, "groupId").equals(group))
        .map(dependency -> child(dependency, "artifactId"))
        .toList();
  }

  private List<Element> elements(String name) {
    return elements(project.getElementsByTagName(name));
  }

  private static List<Element> elements(NodeList nodes) {
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }

  /** Returns the text of a direct child, or nothing. */
  private static String child(Element parent, String name) {
    return elements(parent.getElementsByTagName(name)).stream()
        .filter(child -> child.getParentNode() == parent)
        .findFirst()
        .map(child -> child.getTextContent().strip())
        .orElse("");
  }
}
