package io.millrace.benchmarks;

import io.millrace.tck.RabbitMq;

/**
 * Runs the installed {@code rabbitmq-server} in a private folder. It runs on the cores of this
 * process, and ends with it. Blocks.
 */
final class RabbitMqProcess {

  /** The server that tests use, but only for this process; it starts when it is needed. */
  private static final RabbitMq SERVER = new RabbitMq();

  /** The headers of CONNECT that log in. */
  static final String LOGIN =
      "host:/\nlogin:" + SERVER.username() + "\npasscode:" + SERVER.password();

  /** The beginning of the destinations of its topic exchange. */
  static final String TOPIC = "/topic/";

  void start() {
    SERVER.start();
    // Otherwise it would collect statistics of each connection and queue, for a page that nobody
    // looks at.
    SERVER.rabbitmqctl("eval", "application:set_env(rabbit, collect_statistics, none).");
  }

  String host() {
    return SERVER.host();
  }

  int stompPort() {
    return SERVER.stompPort();
  }

  int webStompPort() {
    return SERVER.webStompPort();
  }

  String stompUri() {
    return "stomp://%s:%s@%s:%d/%%2F"
        .formatted(SERVER.username(), SERVER.password(), SERVER.host(), SERVER.stompPort());
  }

  long pid() {
    return Long.parseLong(SERVER.rabbitmqctl("eval", "os:getpid().").replaceAll("\\D", ""));
  }
}
