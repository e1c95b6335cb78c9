package io.millrace.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.Message;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventFilterTest {

  @Test
  void acceptsItsEventsOrIfItHasNoneAll() {
    EventFilter some = new EventFilter(Set.of("x", "message"));
    assertThat(some.accepts(Message.json("x", 1))).isTrue();
    assertThat(some.accepts(Message.json(1))).isTrue();
    assertThat(some.accepts(Message.json("y", 1))).isFalse();
    assertThat(EventFilter.ALL.accepts(Message.json("y", 1))).isTrue();
  }
}
