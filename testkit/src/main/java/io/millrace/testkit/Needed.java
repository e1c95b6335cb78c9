package io.millrace.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.opentest4j.TestAbortedException;

/**
 * Something that tests need and a machine may lack, such as a server that they start. If it is
 * missing, the tests that need it are skipped, and the reason says how to install it:
 *
 * <pre>{@code
 * @RegisterExtension static final Needed REDIS = Needed.program("redis-server", "redis-server");
 * }</pre>
 *
 * <p>In continuous integration, where the environment has {@code CI=true}, nothing is skipped: a
 * test that lacks what it needs fails. All methods are safe on any thread.
 */
public final class Needed implements ExecutionCondition {

  /** The beginning of every reason; the name and the command follow, as in {@code nginx: apt…}. */
  public static final String REASON = "Needs ";

  /** The folders of servers that only root has in the path. */
  private static Stream<String> systemFolders() {
    return Stream.of("/usr/sbin", "/usr/local/sbin", "/sbin");
  }

  private final String name;
  private final String command;
  private final BooleanSupplier here;

  private Needed(String name, String command, BooleanSupplier here) {
    this.name = name;
    this.command = command;
    this.here = here;
  }

  /**
   * Needs a program in the path, or in one of the folders for servers.
   *
   * @param program the file's name
   * @param debianPackage the package of Debian and Ubuntu that contains it
   * @return the need
   */
  public static Needed program(String program, String debianPackage) {
    return of(program, "apt-get install " + debianPackage, () -> find(program).isPresent());
  }

  /**
   * Needs anything.
   *
   * @param name its usual name, without a colon
   * @param command the command that installs it
   * @param here whether it is here; called for each test
   * @return the need
   */
  public static Needed of(String name, String command, BooleanSupplier here) {
    return new Needed(name, command, here);
  }

  /**
   * Finds a program.
   *
   * @param program the file's name
   * @return the file, if it is in the path or in one of the folders for servers, and can be run
   */
  public static Optional<Path> find(String program) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.concat(Stream.of(path.split(File.pathSeparator)), systemFolders())
        .filter(folder -> !folder.isEmpty())
        .map(folder -> Path.of(folder, program))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }

  /** {@return whether it is here} */
  public boolean isHere() {
    return here.getAsBoolean();
  }

  /**
   * Ends the running test as skipped if it is not here. For tests that need it only with some
   * arguments.
   *
   * @throws TestAbortedException if it is not here
   * @throws IllegalStateException if it is not here, in continuous integration
   */
  public void orSkip() {
    if (!isHere()) {
      throw new TestAbortedException(missing());
    }
  }

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    return isHere()
        ? ConditionEvaluationResult.enabled(name + " is here")
        : ConditionEvaluationResult.disabled(missing());
  }

  private String missing() {
    String reason = REASON + name + ": " + command;
    if (Boolean.parseBoolean(System.getenv("CI"))) {
      throw new IllegalStateException(reason + " (with CI=true nothing is skipped)");
    }
    return reason;
  }
}
