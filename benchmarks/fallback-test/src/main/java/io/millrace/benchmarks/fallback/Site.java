package io.millrace.benchmarks.fallback;

import io.millrace.testkit.FaultProxy;
import io.millrace.testkit.Middlebox;
import java.time.Duration;

/** The way from the browser to a server: a network, a middlebox, the server. */
final class Site implements AutoCloseable {

  private final Peer peer;
  private final Middlebox box;
  private final FaultProxy network;
  private final Publisher publisher;
  private final Duration latency;

  /** Starts all of it. */
  Site(Peer peer, int rate, Duration latency) {
    this.peer = peer;
    this.latency = latency;
    peer.start();
    box = new Middlebox("127.0.0.1", peer.port());
    network = new FaultProxy(box.host(), box.port());
    publisher = new Publisher(peer, rate);
  }

  Peer peer() {
    return peer;
  }

  Middlebox box() {
    return box;
  }

  FaultProxy network() {
    return network;
  }

  /** Returns how far away the server is; the page is loaded before it is so. */
  Duration latency() {
    return latency;
  }

  Publisher publisher() {
    return publisher;
  }

  String url() {
    return "http://127.0.0.1:" + network.port() + "/";
  }

  @Override
  public void close() {
    publisher.close();
    network.close();
    box.close();
    peer.close();
  }
}
