package io.millrace.benchmarks.attack;

import io.vertx.core.net.NetSocket;

/** A connection of an attacker. Safe on any thread. */
final class Line {

  private final NetSocket socket;
  private final AnswerReader reader;
  private volatile boolean left;
  private volatile boolean ended;

  /** The request lines and similar lines that were sent; used by the attack's thread. */
  private int asked;

  Line(NetSocket socket, AnswerReader reader, Answers answers) {
    this.socket = socket;
    this.reader = reader;
    socket.handler(reader::read);
    socket.exceptionHandler(reset -> {});
    socket.closeHandler(
        closed -> {
          ended = true;
          reader.end();
          if (!left) {
            answers.add("ended by server");
          }
        });
  }

  NetSocket socket() {
    return socket;
  }

  /** Stops reading. */
  Line standStill() {
    socket.pause();
    return this;
  }

  /** Reads again, including what has arrived since. */
  void readOn() {
    socket.resume();
  }

  boolean isOpen() {
    return !ended;
  }

  boolean isUpgraded() {
    return reader.isUpgraded();
  }

  int answered() {
    return reader.answered();
  }

  /** Counts something that should be answered. */
  void ask() {
    asked++;
  }

  /** Returns how many answers are outstanding. */
  int unanswered() {
    return asked - reader.answered();
  }

  void close() {
    left = true;
    socket.close();
  }
}
