package io.millrace.samples.demo;

import java.util.List;

/**
 * The options from the command line.
 *
 * @param port where to listen, zero for any free one
 * @param instances how many event loops serve HTTP
 * @param feeds the feeds to follow; if empty, the bundled feed
 * @param trustedProxies the addresses of proxies that say where visitors are
 * @param broker where messages come from
 */
record DemoOptions(
    int port,
    int instances,
    List<FeedSource> feeds,
    List<String> trustedProxies,
    BrokerChoice broker) {

  DemoOptions {
    feeds = List.copyOf(feeds);
    trustedProxies = List.copyOf(trustedProxies);
  }
}
