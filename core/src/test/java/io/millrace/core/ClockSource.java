package io.millrace.core;

import io.millrace.Message;
import io.millrace.Millrace;
import io.millrace.ReaderInfo;
import io.millrace.ReaderListener;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

final class ClockSource implements ReaderListener {
  private final Supplier<Millrace> millrace;

  ClockSource(Supplier<Millrace> millrace) {
    this.millrace = millrace;
  }

  @Override
  public void attached(ReaderInfo reader) {
    reader
        .client()
        .user()
        .ifPresent(user -> reader.periodic(Duration.ofSeconds(1), tick -> tell(user)));
  }

  private void tell(String user) {
    millrace.get().channel("user." + user + ".clock").publish(Message.json(Instant.now()));
  }
}
