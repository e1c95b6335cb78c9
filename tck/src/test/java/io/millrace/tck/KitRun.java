package io.millrace.tck;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * One run of some rules of a kit.
 *
 * @param passed the numbers of the rules that held
 * @param failures the numbers of the rules that did not, and why
 */
record KitRun(Set<String> passed, Map<String, Throwable> failures) {

  Set<String> failed() {
    return failures.keySet();
  }

  /** Returns why rules failed, with stack traces. */
  String why() {
    return failures.entrySet().stream()
        .map(entry -> entry.getKey() + ": " + Throwables.getStackTrace(entry.getValue()))
        .collect(Collectors.joining("\n"));
  }

  static KitRun of(Class<?> kit, Predicate<String> rules) {
    List<DiscoverySelector> selectors = new ArrayList<>();
    for (Class<?> type = kit; type != Object.class; type = type.getSuperclass()) {
      for (Method method : type.getDeclaredMethods()) {
        if (method.isAnnotationPresent(Test.class) && rules.test(rule(method.getName()))) {
          selectors.add(DiscoverySelectors.selectMethod(kit, method));
        }
      }
    }
    KitRun run = new KitRun(new TreeSet<>(), new TreeMap<>());
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectors)
                // On this thread, because the thread identifies the run.
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .build(),
            run.listener());
    return run;
  }

  private TestExecutionListener listener() {
    return new TestExecutionListener() {
      @Override
      public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest()) {
          String rule = rule(test.getDisplayName());
          switch (result.getStatus()) {
            case SUCCESSFUL -> passed.add(rule);
            case FAILED -> failures.put(rule, result.getThrowable().orElseThrow());
            case ABORTED -> {
              // Skipped by an assumption.
            }
          }
        }
      }
    };
  }

  /**
   * How long a rule waits for something that must happen: not long if the rule is broken, so that
   * it will not happen; otherwise as long as a busy machine may take.
   */
  static Duration patience(Set<String> broken, TestInfo test) {
    return Duration.ofSeconds(broken.contains(rule(test.getDisplayName())) ? 2 : 30);
  }

  private static String rule(String name) {
    return name.replaceFirst("required_", "").substring(0, 3);
  }
}
