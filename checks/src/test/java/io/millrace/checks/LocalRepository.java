package io.millrace.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * A local repository of Maven that has what the user's has, and the modules of this build as {@code
 * mvn install} would put them there; the user's own is left as it is.
 */
final class LocalRepository {

  private static final Path GROUP = Path.of("io", "millrace");

  private LocalRepository() {}

  /** Makes one in an empty folder. */
  static Path in(Path folder, Path users, Path project) throws IOException {
    link(users, folder, Path.of(""), GROUP);
    install(project, folder);
    return folder;
  }

  /** Links all entries but the one that the path leads to, which becomes a folder of its own. */
  private static void link(Path from, Path to, Path parent, Path path) throws IOException {
    Files.createDirectories(to.resolve(parent));
    Path own = parent.resolve(path.getName(0));
    if (Files.isDirectory(from.resolve(parent))) {
      try (Stream<Path> entries = Files.list(from.resolve(parent))) {
        for (Path entry : entries.toList()) {
          Path relative = from.relativize(entry);
          if (!relative.equals(own)) {
            Files.createSymbolicLink(to.resolve(relative), entry.toAbsolutePath());
          }
        }
      }
    }
    if (path.getNameCount() > 1) {
      link(from, to, own, path.subpath(1, path.getNameCount()));
    }
  }

  private static void install(Path module, Path repository) throws IOException {
    Element pom = parse(module.resolve("pom.xml"));
    String artifact = child(pom, "artifactId");
    String version = version(pom);
    Path folder =
        Files.createDirectories(repository.resolve(GROUP).resolve(artifact).resolve(version));
    String name = artifact + "-" + version;
    copy(module.resolve("pom.xml"), folder.resolve(name + ".pom"));
    Path jar = module.resolve("target").resolve(name + ".jar");
    if (Files.exists(jar)) {
      copy(jar, folder.resolve(name + ".jar"));
    }
    for (String further : modules(pom)) {
      install(module.resolve(further), repository);
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Element parse(Path pom) throws IOException {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(pom.toFile())
          .getDocumentElement();
    } catch (ParserConfigurationException e) {
      throw new IOException(e);
    } catch (SAXException e) {
      throw new IOException(pom.toString(), e);
    }
  }

  private static String version(Element pom) {
    String own = child(pom, "version");
    return own.isEmpty()
        ? child((Element) pom.getElementsByTagName("parent").item(0), "version")
        : own;
  }

  private static List<String> modules(Element pom) {
    NodeList modules = pom.getElementsByTagName("module");
    return Stream.iterate(0, i -> i < modules.getLength(), i -> i + 1)
        .map(i -> modules.item(i).getTextContent().strip())
        .toList();
  }

  /** Returns the text of a direct child, or nothing. */
  private static String child(Element parent, String name) {
    NodeList children = parent.getElementsByTagName(name);
    for (int i = 0; i < children.getLength(); i++) {
      if (children.item(i).getParentNode() == parent) {
        return children.item(i).getTextContent().strip();
      }
    }
    return "";
  }
}
