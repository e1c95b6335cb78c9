package io.millrace.spi.remote;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokerExceptionTest {

  @Test
  void whatAServerQuotesIsCut() {
    String reason = "Access refused to ";

    assertThat(new BrokerException(reason + "x".repeat(10_000)))
        .hasMessageStartingWith(reason)
        .hasMessageEndingWith("x…")
        .satisfies(cut -> assertThat(cut.getMessage()).hasSize(501));
    assertThat(new BrokerException(reason)).hasMessage(reason);
  }
}
