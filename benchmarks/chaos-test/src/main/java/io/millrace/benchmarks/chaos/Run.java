package io.millrace.benchmarks.chaos;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** The clients and the senders of one run. Used by one thread; its methods block. */
final class Run {

  /** How long to wait for duplicates once everything has arrived. */
  private static final Duration AFTERWARDS = Duration.ofSeconds(2);

  private static final long LOOK_MILLIS = 50;

  private final long began = System.nanoTime();
  private final Balancer balancer;
  private final List<String> channels;
  private final Places places = new Places();
  private final Faults faults = new Faults();
  private final List<Client> clients;
  private final List<Sender> senders = new ArrayList<>();
  private long publishing;
  private volatile long end = Long.MAX_VALUE;

  /**
   * A run in which nothing has started. Half of the clients subscribe to names, the other half to a
   * pattern.
   */
  Run(Balancer balancer, List<String> channels, int clients, Supplier<Naps> naps) {
    this.balancer = balancer;
    this.channels = channels;
    this.clients =
        IntStream.range(0, clients)
            .mapToObj(
                n -> client(n, n % 2 == 0 ? String.join(",", channels) : "chaos.*", naps.get()))
            .toList();
  }

  private Client client(int n, String wanted, Naps naps) {
    Technique technique = Technique.of(n);
    String name = technique + " " + n;
    Account account = new Account(name, places, faults);
    return new Client(name, technique, "channels=" + wanted, balancer, account, naps, faults);
  }

  /** Prints something, with the time. Safe on any thread. */
  void say(String what) {
    System.out.printf("%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, what);
  }

  /** Starts the clients and waits until each has a cursor to resume from. */
  void attach(Duration patience) throws InterruptedException {
    clients.forEach(Thread::start);
    if (!await(patience, () -> clients.stream().allMatch(c -> c.account().cursor().isPresent()))) {
      faults.add("Some clients got no cursor within " + patience);
    }
  }

  /** Starts to publish. */
  void publish(HttpClient http, int rate) throws InterruptedException {
    long interval = 1_000_000_000L * channels.size() / rate;
    publishing = System.nanoTime();
    for (String channel : channels) {
      Sender sender = new Sender(channel, interval, () -> end, http, balancer, places, faults);
      senders.add(sender);
      sender.start();
      Thread.sleep(interval / channels.size() / 1_000_000);
    }
  }

  /**
   * Publishes until the time is over, waits for the outstanding messages, and ends everything.
   *
   * @param least since when publishing began
   */
  void finish(Duration least, Duration patience) throws InterruptedException {
    long now = System.nanoTime();
    end = Math.max(now, publishing + least.toNanos());
    Thread.sleep((end - now) / 1_000_000);
    say("the last message is due");
    if (!await(patience, () -> senders.stream().noneMatch(Thread::isAlive))) {
      senders.forEach(Sender::finish);
    }
    for (Sender sender : senders) {
      sender.join();
    }
    say("everything is acknowledged");
    await(patience, () -> clients.stream().allMatch(c -> c.account().messages() >= sent()));
    Thread.sleep(AFTERWARDS.toMillis());
    clients.forEach(Client::finish);
    for (Client client : clients) {
      client.join();
    }
    say("the clients have left");
  }

  private static boolean await(Duration patience, BooleanSupplier condition)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      Thread.sleep(LOOK_MILLIS);
    }
    return true;
  }

  private int sent() {
    return senders.stream().mapToInt(Sender::acknowledged).sum();
  }

  /** Counts. Called at the end. */
  Verdict verdict() {
    int lost = 0;
    for (Client client : clients) {
      for (Sender sender : senders) {
        lost += client.account().lost(sender.channel(), sender.acknowledged());
      }
    }
    String summary =
        "%d messages, acknowledged after %d requests; %d clients were sent %d over %d connections"
            .formatted(
                sent(),
                senders.stream().mapToInt(Sender::attempts).sum(),
                clients.size(),
                clients.stream().mapToInt(client -> client.account().messages()).sum(),
                clients.stream().mapToInt(Client::connections).sum());
    return new Verdict(
        summary,
        faults.words(),
        lost,
        clients.stream().mapToInt(client -> client.account().doubled()).sum(),
        clients.stream().mapToInt(client -> client.account().disordered()).sum(),
        clients.stream().mapToInt(client -> client.account().gaps()).sum());
  }
}
