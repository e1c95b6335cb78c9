package io.millrace.broker.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.ChannelPattern;
import io.millrace.Message;
import io.millrace.MillraceException;
import io.millrace.Publication;
import io.millrace.spi.Ingress;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBrokerTest {

  /** Remembers what was appended, and refuses the channel "full". */
  private static final class Log implements Ingress {
    private final List<String> appended = new ArrayList<>();

    @Override
    public Vertx vertx() {
      throw new AssertionError("The memory broker does not use Vert.x.");
    }

    @Override
    public Publication append(String channel, Message message) {
      if (channel.equals("full")) {
        throw new MillraceException(MillraceException.Code.TOO_LARGE, "too large");
      }
      appended.add(channel + " " + message.data());
      return Publication.named("k3-" + appended.size());
    }

    @Override
    public void append(ChannelPattern subscription, String channel, Message message) {
      throw new AssertionError("The memory broker has no subscriptions.");
    }

    @Override
    public Duration lead() {
      throw new AssertionError("The memory broker has no log of its own.");
    }

    @Override
    public Future<Void> begin(String epoch) {
      throw new AssertionError("The memory broker has no log of its own.");
    }

    @Override
    public Publication append(long offset, String channel, Message message) {
      throw new AssertionError("The memory broker has no log of its own.");
    }

    @Override
    public void skip(long offset) {
      throw new AssertionError("The memory broker has no log of its own.");
    }

    @Override
    public void interrupted(Collection<ChannelPattern> patterns) {
      throw new AssertionError("Nothing interrupts the memory broker.");
    }

    @Override
    public void degraded() {
      throw new AssertionError("The memory broker is always there.");
    }

    @Override
    public void restored() {
      throw new AssertionError("The memory broker is always there.");
    }
  }

  private final Log log = new Log();
  private final MemoryBroker broker = new MemoryBroker();

  @Test
  void whatIsPublishedIsAppendedInOrderAndNamed() {
    broker.open(log).await();
    Future<Publication> first = broker.publish("a", Message.json(1));
    Future<Publication> second = broker.publish("b", Message.json(2));

    assertThat(log.appended).containsExactly("a 1", "b 2");
    assertThat(first.result().name()).contains("k3-1");
    assertThat(second.result().name()).contains("k3-2");
  }

  @Test
  void everythingIsBroughtWhetherSubscribedOrNot() {
    broker.open(log).await();

    assertThat(broker.name()).isEqualTo("memory");
    assertThat(broker.selective()).isFalse();
    assertThat(broker.shared()).isFalse();
    assertThat(broker.subscribe(ChannelPattern.of("a.**")).succeeded()).isTrue();
    assertThat(broker.unsubscribe(ChannelPattern.of("a.**")).succeeded()).isTrue();
    broker.publish("a.b", Message.json(1));
    assertThat(log.appended).containsExactly("a.b 1");
  }

  @Test
  void whatTheLogRefusesFails() {
    broker.open(log).await();

    assertThat(broker.publish("full", Message.json(1)).cause())
        .isInstanceOfSatisfying(
            MillraceException.class,
            e -> assertThat(e.code()).isEqualTo(MillraceException.Code.TOO_LARGE));
  }

  @Test
  void nothingIsAppendedBeforeItIsOpenedOrAfterItIsClosed() {
    Future<Publication> early = broker.publish("a", Message.json(1));
    broker.open(log).await();
    broker.close().await();
    Future<Publication> late = broker.publish("a", Message.json(2));

    assertThat(log.appended).isEmpty();
    assertThat(List.of(early.cause(), late.cause()))
        .allSatisfy(
            e ->
                assertThat(((MillraceException) e).code())
                    .isEqualTo(MillraceException.Code.UNAVAILABLE));
  }
}
