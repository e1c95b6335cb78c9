package io.millrace.tck;

import io.millrace.Entry;
import io.millrace.spi.Attachment;
import io.millrace.spi.Ending;
import io.millrace.spi.Format;
import io.millrace.spi.Framing;
import io.millrace.spi.Outlet;
import io.millrace.spi.Signal;
import io.millrace.spi.Transport;
import io.millrace.spi.support.JsonFrames;
import io.millrace.spi.support.ResponseOutlet;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A transport that keeps every rule: a stream of lines. Subclasses break one. */
class LineTransport implements Transport {

  @Override
  public String name() {
    return "lines";
  }

  @Override
  public int rank() {
    return 1;
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.STREAMING);
  }

  @Override
  public boolean accepts(HttpServerRequest request) {
    return "application/x-ndjson".equals(request.getHeader("Accept"));
  }

  @Override
  public List<Format> formats(HttpServerRequest request) {
    return List.of(Format.ENVELOPE);
  }

  @Override
  public void handle(RoutingContext context, Attachment attachment) {
    attachment.attach(framing(), outlet(context));
  }

  Outlet outlet(RoutingContext context) {
    return new ResponseOutlet(context.request(), "application/x-ndjson");
  }

  Framing framing() {
    return Lines.INSTANCE;
  }

  static class Lines implements Framing {

    static final Lines INSTANCE = new Lines();

    @Override
    public Buffer entry(Entry entry) {
      return line(JsonFrames.message(entry));
    }

    @Override
    public Buffer replayed(Entry entry, Optional<String> subscribe) {
      return line(JsonFrames.replayed(entry, subscribe));
    }

    @Override
    public Buffer signal(Signal signal) {
      return line(JsonFrames.signal(signal).toBuffer());
    }

    static Buffer line(Buffer json) {
      return Buffer.buffer(json.length() + 1).appendBuffer(json).appendByte((byte) '\n');
    }
  }

  /** Passes everything on. */
  static class Through implements Outlet {

    final Outlet outlet;

    Through(Outlet outlet) {
      this.outlet = outlet;
    }

    @Override
    public boolean writable() {
      return outlet.writable();
    }

    @Override
    public void write(Buffer frames) {
      outlet.write(frames);
    }

    @Override
    public void onDrain(Runnable handler) {
      outlet.onDrain(handler);
    }

    @Override
    public void onClose(Runnable handler) {
      outlet.onClose(handler);
    }

    @Override
    public void end(Ending ending) {
      outlet.end(ending);
    }
  }
}
