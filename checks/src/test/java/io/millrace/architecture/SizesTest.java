package io.millrace.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** A class tells one story: its file and its methods can be seen as a whole. */
class SizesTest {

  private static final int MOST_LINES = 400;
  private static final int MOST_LINES_OF_A_METHOD = 40;

  @Test
  void noMainFileIsLong() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      try (Stream<String> lines = Files.lines(file)) {
        long count = lines.count();
        if (count > MOST_LINES) {
          tooLong.add(Sources.PROJECT.relativize(file) + " has " + count + " lines");
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void noMainMethodIsLong() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> tooLong = new ArrayList<>();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  ignored -> {},
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(sources()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree file : task.parse()) {
        new Methods(file, positions, tooLong).scan(file, null);
      }
    }
    assertThat(tooLong).isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources =
        Sources.java().stream()
            .filter(file -> file.toString().contains("/src/main/java/"))
            .toList();
    assertThat(sources).hasSizeGreaterThan(100);
    return sources;
  }

  /** Finds the methods whose bodies are long. */
  private static final class Methods extends TreeScanner<Void, Void> {

    private final CompilationUnitTree file;
    private final SourcePositions positions;
    private final List<String> tooLong;

    Methods(CompilationUnitTree file, SourcePositions positions, List<String> tooLong) {
      this.file = file;
      this.positions = positions;
      this.tooLong = tooLong;
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      if (method.getBody() != null) {
        LineMap lines = file.getLineMap();
        long first = lines.getLineNumber(positions.getStartPosition(file, method.getBody()));
        long last = lines.getLineNumber(positions.getEndPosition(file, method.getBody()));
        if (last - first + 1 > MOST_LINES_OF_A_METHOD) {
          tooLong.add(
              "%s:%d %s".formatted(file.getSourceFile().getName(), first, method.getName()));
        }
      }
      return super.visitMethod(method, null);
    }
  }
}
