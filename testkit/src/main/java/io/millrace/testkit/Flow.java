package io.millrace.testkit;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import io.vertx.core.streams.WriteStream;

/** How bytes get from one side of a {@link Middlebox} to the other. */
abstract class Flow {

  /** As they come. */
  static final Flow FREE =
      new Flow(true) {
        @Override
        Future<Void> carry(ReadStream<Buffer> from, WriteStream<Buffer> to) {
          return from.pipeTo(to);
        }
      };

  /** Not at all: they are not even read. */
  static final Flow HELD =
      new Flow(true) {
        @Override
        Future<Void> carry(ReadStream<Buffer> from, WriteStream<Buffer> to) {
          from.pause();
          return Future.future(never -> {});
        }
      };

  private final boolean beginsAtOnce;

  private Flow(boolean beginsAtOnce) {
    this.beginsAtOnce = beginsAtOnce;
  }

  /** So many at a time. */
  static Flow buffered(int bytes) {
    return new Flow(false) {
      @Override
      Future<Void> carry(ReadStream<Buffer> from, WriteStream<Buffer> to) {
        return Future.future(
            carried -> {
              Parts parts = new Parts(to, bytes);
              from.exceptionHandler(carried::tryFail);
              from.handler(parts::take);
              from.endHandler(ended -> parts.end().onComplete(carried));
              from.resume();
            });
      }
    };
  }

  /** Returns whether the head of an answer passes before any of its body. */
  boolean beginsAtOnce() {
    return beginsAtOnce;
  }

  /** Carries all bytes, and then the end. */
  abstract Future<Void> carry(ReadStream<Buffer> from, WriteStream<Buffer> to);

  private static final class Parts {

    private final WriteStream<Buffer> to;
    private final int bytes;
    private Buffer held = Buffer.buffer();

    Parts(WriteStream<Buffer> to, int bytes) {
      this.to = to;
      this.bytes = bytes;
    }

    void take(Buffer some) {
      held.appendBuffer(some);
      if (held.length() >= bytes) {
        Buffer part = held;
        held = Buffer.buffer();
        to.write(part);
      }
    }

    Future<Void> end() {
      return to.end(held);
    }
  }
}
