package io.millrace.checks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SkippedTestsTest {

  @TempDir private Path project;

  private void report(String module, String kind, String type, String reason) throws IOException {
    Path folder = Files.createDirectories(project.resolve(module + "/target/" + kind + "-reports"));
    Files.writeString(
        folder.resolve("TEST-com.example." + type + ".xml"),
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuite name="com.example.%1$s" tests="2">
          <testcase name="one" classname="com.example.%1$s"><skipped message="%2$s"/></testcase>
          <testcase name="two" classname="com.example.%1$s"/>
        </testsuite>
        """
            .formatted(type, reason));
  }

  @Test
  void whatIsMissingIsNamedOnceWithWhatBringsItAndTheClassesConcerned() throws IOException {
    report("a", "surefire", "PageTest", "Needs Chromium: apt-get install chromium");
    report("b/c", "failsafe", "OtherIT", "Needs Chromium: apt-get install chromium");
    report("b/c", "surefire", "BrokerTest", "Needs RabbitMQ: apt-get install rabbitmq-server");
    assertThat(SkippedTests.block(project, Instant.EPOCH))
        .contains("  Chromium (apt-get install chromium)\n      OtherIT, PageTest\n")
        .contains("  RabbitMQ (apt-get install rabbitmq-server)\n      BrokerTest\n")
        .contains("./verify");
  }

  @Test
  void whatAnEarlierBuildSkippedIsNotNamed() throws IOException {
    report("a", "surefire", "PageTest", "Needs Chromium: apt-get install chromium");
    assertThat(SkippedTests.block(project, Instant.now().plusSeconds(60))).isEmpty();
  }

  @Test
  void whatWasSkippedForAnotherReasonIsNotNamed() throws IOException {
    report("a", "surefire", "RuleTest", "This rule is for transports with the trait DUPLEX.");
    assertThat(SkippedTests.block(project, Instant.EPOCH)).isEmpty();
  }
}
