package io.millrace.benchmarks;

import io.millrace.tck.RabbitMq;

/**
 * The {@code rabbitmq-server} that is installed, in a private folder. It runs on the cores of this
 * process, and ends with it. Blocks.
 */
final class RabbitMqProcess {

  /** The server that tests use, which is this process's own; it starts when it is asked to. */
  private static final RabbitMq SERVER = new RabbitMq();

  /** The headers of CONNECT that log in. */
  static final String LOGIN =
      "host:/\nlogin:" + SERVER.username() + "\npasscode:" + SERVER.password();

  /** What the destinations of its topic exchange begin with. */
  static final String TOPIC = "/topic/";

  void start() {
    SERVER.start();
    // For a page that nobody looks at, it would count what each connection and queue does.
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
