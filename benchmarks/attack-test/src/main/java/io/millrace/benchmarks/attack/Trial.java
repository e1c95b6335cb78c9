package io.millrace.benchmarks.attack;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Carries out one attack against a server of its own. Blocks.
 *
 * @param jvm options of the server's JVM
 * @param warmUp how long honest clients are served before anything counts
 * @param time how long the attack lasts
 * @param afterwards how long honest clients are watched while the attacker's connections are still
 *     open, and then how long the server may take to notice that they are gone
 * @param megabits how much the attacker can send in a second
 * @param apart whether honest clients have addresses of their own
 * @param out the folder for the servers' logs
 */
record Trial(
    List<String> jvm,
    Duration warmUp,
    Duration time,
    Duration afterwards,
    double megabits,
    boolean apart,
    Path out) {

  /** The attacker's address. */
  static final String ATTACKER = "127.0.0.2";

  private static final int PATIENCE_SECONDS = 10;
  private static final int GRACE_SECONDS = 60;

  Outcome run(Attack attack) throws IOException, InterruptedException {
    Files.createDirectories(out);
    Vertx vertx = Vertx.vertx();
    try (Node node = new Node(attack.setup(), jvm, out.resolve(attack.name() + ".log"));
        Honest honest = new Honest(node.port(), apart)) {
      Thread.sleep(warmUp.toMillis());
      Usage before = node.collect().orElse(Usage.NONE);
      honest.reset();
      node.forgetWorst();
      Attacker attacker = new Attacker(vertx, ATTACKER, node, megabits, time);
      double cores = attack(attack, attacker, node);
      pause(node);
      attacker.answers().add("open at the end", node.isAlive() ? attacker.open() : 0);
      honest.finish(node.isAlive() ? PATIENCE_SECONDS : 0);
      Service service = honest.service();
      Usage worst = node.worst();
      Usage held = node.collect().orElse(Usage.NONE);
      attacker.readOn();
      pause(node);
      attacker.leave();
      pause(node);
      boolean serves = serves(node);
      Usage left = node.collect().orElse(Usage.NONE);
      return new Outcome(
          attack.name(),
          attacker.sentBytes(),
          before,
          worst,
          held,
          left,
          cores,
          attacker.answers().counts(),
          service,
          node.ending(),
          serves);
    } finally {
      vertx.close().await();
    }
  }

  private void pause(Node node) throws InterruptedException {
    Thread.sleep(node.isAlive() ? afterwards.toMillis() : 0);
  }

  /** Attacks for the set time, and returns how many cores the server used. */
  private double attack(Attack attack, Attacker attacker, Node node) throws InterruptedException {
    Duration cpu = node.cpu();
    long begin = System.nanoTime();
    Thread thread =
        new Thread(
            () -> {
              try {
                attack.run(attacker);
              } catch (InterruptedException end) {
                Thread.currentThread().interrupt();
              }
            },
            attack.name());
    thread.start();
    thread.join(time.plusSeconds(GRACE_SECONDS).toMillis());
    attacker.await(() -> false);
    Duration used = node.cpu().minus(cpu);
    thread.interrupt();
    thread.join();
    return used.toNanos() / (double) (System.nanoTime() - begin);
  }

  private static boolean serves(Node node) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      socket.setSoTimeout(PATIENCE_SECONDS * 1000);
      socket
          .getOutputStream()
          .write(Requests.request("GET", Requests.MOUNT + "?channels=clock").getBytes());
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes("HTTP/1.1 200".length()), StandardCharsets.ISO_8859_1)
          .endsWith("200");
    } catch (IOException silence) {
      return false;
    }
  }
}
