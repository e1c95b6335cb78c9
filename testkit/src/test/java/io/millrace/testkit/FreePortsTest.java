package io.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortsTest {

  /** Of a thousand at random, some would be the same. */
  @Test
  void noPortIsFoundTwice() {
    assertThat(IntStream.range(0, 1000).map(i -> FreePorts.find()).boxed()).doesNotHaveDuplicates();
  }
}
