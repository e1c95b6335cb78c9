package io.millrace.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A short search in every build, always the same: each known input with a few changes. */
class MutationsTest {

  private static final int CHANGES_OF_EACH = 40;

  /** The number of changes for a test that starts a server. */
  private static final int CHANGES_FOR_A_SERVER = 8;

  static Stream<String> fuzzTests() throws IOException, URISyntaxException {
    Path classes = Path.of(MutationsTest.class.getResource("/").toURI());
    try (Stream<Path> files = Files.walk(classes)) {
      return files
          .map(file -> classes.relativize(file).toString())
          .filter(file -> file.endsWith("FuzzTest.class"))
          .map(file -> file.substring(0, file.length() - ".class".length()).replace('/', '.'))
          .sorted()
          .toList()
          .stream();
    }
  }

  @ParameterizedTest
  @MethodSource("fuzzTests")
  @Timeout(600)
  void changedInputsHoldToo(String name) throws Exception {
    Class<?> type = Class.forName(name);
    List<byte[]> inputs = inputs(type);
    assertThat(inputs).as("known inputs").hasSizeGreaterThan(10);
    Constructor<?> constructor = type.getDeclaredConstructor();
    constructor.setAccessible(true);
    invokeStatic(type, BeforeAll.class);
    try {
      runAll(constructor.newInstance(), method(type), inputs);
    } finally {
      invokeStatic(type, AfterAll.class);
    }
  }

  private static void runAll(Object test, Method method, List<byte[]> inputs) throws Exception {
    Random random = new Random(1);
    boolean server = find(test.getClass(), BeforeAll.class).findAny().isPresent();
    int changes = server ? CHANGES_FOR_A_SERVER : CHANGES_OF_EACH;
    for (byte[] input : inputs) {
      byte[] changed = input;
      for (int i = 0; i < changes; i++) {
        changed = change(random.nextInt(4) == 0 ? input : changed, inputs, random);
        try {
          method.invoke(test, (Object) changed.clone());
        } catch (InvocationTargetException e) {
          throw new AssertionError(
              "The input is, in hex, " + HexFormat.of().formatHex(changed), e.getCause());
        }
      }
    }
  }

  private static byte[] change(byte[] input, List<byte[]> others, Random random) {
    int at = random.nextInt(input.length + 1);
    int end = at + random.nextInt(Math.min(8, input.length - at) + 1);
    byte[] head = Arrays.copyOf(input, at);
    byte[] tail = Arrays.copyOfRange(input, end, input.length);
    return switch (random.nextInt(4)) {
      case 0 -> join(head, tail);
      case 1 -> join(head, new byte[] {(byte) random.nextInt(256)}, tail);
      case 2 ->
          join(head, Arrays.copyOfRange(input, at, end), Arrays.copyOfRange(input, at, end), tail);
      default -> join(head, others.get(random.nextInt(others.size())), tail);
    };
  }

  private static byte[] join(byte[]... parts) {
    byte[] all = new byte[Math.min(4096, Arrays.stream(parts).mapToInt(part -> part.length).sum())];
    int at = 0;
    for (byte[] part : parts) {
      int length = Math.min(part.length, all.length - at);
      System.arraycopy(part, 0, all, at, length);
      at += length;
    }
    return all;
  }

  private static List<byte[]> inputs(Class<?> type) throws IOException, URISyntaxException {
    String folder = type.getSimpleName() + "Inputs/" + method(type).getName();
    try (Stream<Path> files = Files.list(Path.of(type.getResource(folder).toURI()))) {
      return files.sorted().map(MutationsTest::bytes).toList();
    }
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Method method(Class<?> type) {
    return find(type, FuzzTest.class).findFirst().orElseThrow();
  }

  private static void invokeStatic(Class<?> type, Class<? extends Annotation> annotation)
      throws ReflectiveOperationException {
    for (Method method : find(type, annotation).toList()) {
      method.invoke(null);
    }
  }

  private static Stream<Method> find(Class<?> type, Class<? extends Annotation> annotation) {
    return Arrays.stream(type.getDeclaredMethods())
        .filter(method -> method.isAnnotationPresent(annotation))
        .peek(method -> method.setAccessible(true));
  }
}
