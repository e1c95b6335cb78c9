package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class UnsentTest {

  private static final int SIZE = 1000;
  private static final int WRITE = SIZE + Unsent.WRITE_COST;
  private static final Buffer BYTES = Buffer.buffer(new byte[SIZE]);

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<String> aborted = new ArrayList<>();

  /** As long as there are more clients than this, memory is scarce. */
  private int mostClients = Integer.MAX_VALUE;

  private int clients;
  private long now;
  private final Unsent unsent =
      new Unsent(() -> 3L * WRITE, () -> clients > mostClients, () -> now, "it.");

  /** Takes what it is given when a test says so. */
  private final class Client implements Unsent.Connection {
    private final String name;
    private final Queue<ChannelPromise> writes = new ArrayDeque<>();

    Client(String name) {
      this.name = name;
      clients++;
    }

    Client write(Unsent.Shared bytes) {
      ChannelPromise write = channel.newPromise();
      writes.add(write);
      unsent.add(bytes, Unsent.WRITE_COST, this);
      write.addListener(done -> unsent.remove(bytes, Unsent.WRITE_COST, this, done.isSuccess()));
      unsent.relieve(this);
      return this;
    }

    Client write() {
      return write(new Unsent.Shared(SIZE));
    }

    void take() {
      writes.remove().setSuccess();
    }

    @Override
    public void abort() {
      aborted.add(name);
      clients--;
      List.copyOf(writes).forEach(write -> write.setFailure(new IllegalStateException("closed")));
      writes.clear();
    }
  }

  @Test
  void whoStandsStillForLongestIsEndedFirst() {
    Client a = new Client("a").write();
    new Client("b").write();
    Client c = new Client("c").write();
    assertThat(unsent.bytes()).isEqualTo(3 * WRITE);
    assertThat(aborted).isEmpty();
    new Client("d").write();
    assertThat(aborted).containsExactly("a");
    c.write();
    assertThat(aborted).containsExactly("a", "b");
    assertThat(unsent.bytes()).isEqualTo(3 * WRITE);
    assertThat(a.writes).isEmpty();
  }

  @Test
  void whoTakesSomethingIsTheLastToBeEnded() {
    Client slow = new Client("slow").write().write();
    new Client("still").write();
    slow.take();
    slow.write().write();
    assertThat(aborted).containsExactly("still");
  }

  @Test
  void whoIsWrittenToIsNotEndedForIt() {
    Client only = new Client("only").write().write().write().write();
    assertThat(aborted).isEmpty();
    for (int i = 0; i < 4; i++) {
      only.take();
    }
    assertThat(unsent.bytes()).isZero();
  }

  @Test
  void whatManyAreGivenCountsOnceUntilTheLastHasTakenIt() {
    Unsent.Shared bytes = new Unsent.Shared(SIZE);
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(new Client("client" + i).write(bytes));
    }
    assertThat(aborted).isEmpty();
    for (Client client : clients) {
      assertThat(unsent.bytes()).isGreaterThan(SIZE);
      client.take();
    }
    assertThat(unsent.bytes()).isZero();
  }

  @Test
  void whoStandsStillForLongIsEndedIfMemoryIsScarceAlthoughLittleWaits() {
    new Client("first").write();
    now += Unsent.PATIENCE_NANOS / 2;
    new Client("second").write();
    assertThat(aborted).isEmpty();
    mostClients = 2;
    now += Unsent.PATIENCE_NANOS / 2;
    new Client("third").write();
    assertThat(aborted).as("as many as it takes").containsExactly("first");
    mostClients = 1;
    unsent.relieve(() -> {});
    assertThat(aborted).as("the others have not waited for long").containsExactly("first");
  }

  @Test
  void whoTakesSomethingHasNotStoodStillWhenMemoryIsScarce() {
    Client slow = new Client("slow").write().write();
    new Client("still").write();
    now += Unsent.PATIENCE_NANOS;
    slow.take();
    mostClients = 0;
    unsent.relieve(() -> {});
    assertThat(aborted).containsExactly("still");
  }

  @Test
  void whatTheAllocatorRoundsUpIsCountedAsDirectMemoryGrows() {
    ByteBufAllocator allocator = new AdaptiveByteBufAllocator();
    long before = used(allocator);
    List<ChannelPromise> writes = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Buffer content = Buffer.buffer(new byte[66_000]);
      writes.add(channel.newPromise());
      ByteBuf bytes = SharedBytes.of(content, allocator);
      SharedBytes.waits(writes.get(i), () -> aborted.add("?"));
      writes.get(i).addListener(sent -> bytes.release());
    }
    assertThat(used(allocator) - before)
        .isLessThan(Unsent.direct().bytes() * 5 / 4)
        .isGreaterThan(Unsent.direct().bytes() * 3 / 4);
    writes.forEach(ChannelPromise::setSuccess);
    assertThat(Unsent.direct().bytes()).isZero();
    assertThat(aborted).isEmpty();
  }

  private static long used(ByteBufAllocator allocator) {
    return ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
  }

  @Test
  void aWriteThatIsCompleteIsNotCounted() {
    Unsent.count(Future.succeededFuture(), BYTES, false, () -> aborted.add("?"));
    assertThat(Unsent.direct().bytes()).isZero();
    assertThat(Unsent.heap().bytes()).isZero();
  }

  @Test
  void whatIsOnItsWayIsCountedInDirectMemoryAndItsObjectsInTheHeap() {
    Promise<Void> later = Promise.promise();
    Unsent.count(later.future(), BYTES, false, () -> aborted.add("?"));
    assertThat(Unsent.direct().bytes()).as("a power of two").isEqualTo(1024);
    assertThat(Unsent.heap().bytes()).isEqualTo(Unsent.WRITE_COST);
    later.fail("closed");
    assertThat(Unsent.direct().bytes()).isZero();
    assertThat(Unsent.heap().bytes()).isZero();
  }

  @Test
  void whatVertxHoldsBackIsCountedInTheHeapOnceForAllWhoAreGivenIt() {
    Promise<Void> one = Promise.promise();
    Promise<Void> other = Promise.promise();
    Unsent.count(one.future(), BYTES, true, () -> aborted.add("one"));
    Unsent.count(other.future(), BYTES, true, () -> aborted.add("other"));
    assertThat(Unsent.direct().bytes()).isZero();
    assertThat(Unsent.heap().bytes()).isEqualTo(SIZE + 2 * Unsent.WRITE_COST);
    one.complete();
    assertThat(Unsent.heap().bytes()).isEqualTo(WRITE);
    other.fail("closed");
    assertThat(Unsent.heap().bytes()).isZero();
    assertThat(aborted).isEmpty();
  }
}
