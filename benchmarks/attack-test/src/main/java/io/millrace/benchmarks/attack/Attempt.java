package io.millrace.benchmarks.attack;

import io.vertx.core.buffer.Buffer;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;

/**
 * An attack that is a {@link Flood} of things that differ only by their number.
 *
 * @param name its name
 * @param tries what is tried
 * @param setup how the server differs from the README's
 * @param flood how they are sent
 * @param thing makes the thing with a number, from 0 on
 */
record Attempt(String name, String tries, Setup setup, Flood flood, IntFunction<Buffer> thing)
    implements Attack {

  @Override
  public void run(Attacker attacker) {
    AtomicInteger number = new AtomicInteger();
    flood.run(attacker, line -> thing.apply(number.getAndIncrement()));
  }
}
