package io.millrace.tck;

import io.millrace.Entry;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;

/** Transports that have exactly one fault. */
final class Faults {

  private Faults() {}

  static LineTransport writing(Function<Outlet, Outlet> fault) {
    return new LineTransport() {
      @Override
      Outlet outlet(RoutingContext context) {
        return fault.apply(super.outlet(context));
      }
    };
  }

  static LineTransport framing(Framing framing) {
    return new LineTransport() {
      @Override
      Framing framing() {
        return framing;
      }
    };
  }

  /** Changes signals, or leaves them out. */
  static LineTransport telling(Function<Signal, Optional<Signal>> change) {
    return framing(
        new LineTransport.Lines() {
          @Override
          public Buffer signal(Signal signal) {
            return change.apply(signal).map(super::signal).orElse(NOTHING);
          }
        });
  }

  static LineTransport entries(Function<Entry, Buffer> json) {
    return framing(
        new LineTransport.Lines() {
          @Override
          public Buffer entry(Entry entry) {
            return line(json.apply(entry));
          }
        });
  }

  static LineTransport silentAbout(Class<? extends Signal> kind) {
    return telling(signal -> Optional.of(signal).filter(told -> !kind.isInstance(told)));
  }

  /** Ignores whether the client keeps up. */
  static class Heedless extends LineTransport.Through {

    Heedless(Outlet outlet) {
      super(outlet);
    }

    @Override
    public boolean writable() {
      return true;
    }
  }
}
