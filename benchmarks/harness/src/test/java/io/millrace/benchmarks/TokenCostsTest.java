package io.millrace.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Runs the measurement for a moment; with so few readers, its figures mean nothing. */
class TokenCostsTest {

  @Test
  void whoeverHasATokenIsLetIn() {
    StringWriter faults = new StringWriter();
    int status =
        new CommandLine(new TokenCosts())
            .setErr(new PrintWriter(faults, true))
            .execute(
                "--readers=20", "--rounds=1", "--warm=0", "--idle-rounds=0", "--server-cores=");
    assertThat(status).as(faults.toString()).isZero();
  }
}
