package io.millrace.checks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A document with the complete files that it shows: a path in bold, and a block below it. */
final class Page {

  private static final Pattern FILE =
      Pattern.compile(
          "^\\*\\*`([^`]+)`\\*\\*\n\n```\\w+\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private final Map<String, String> files = new LinkedHashMap<>();

  Page(Path document) throws IOException {
    Matcher file = FILE.matcher(Files.readString(document));
    while (file.find()) {
      files.put(file.group(1), file.group(2));
    }
  }

  /** Returns the contents of the files by path. */
  Map<String, String> files() {
    return files;
  }

  /** Copies the files into a folder, as a reader of the document does. */
  void copyTo(Path folder) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
  }
}
