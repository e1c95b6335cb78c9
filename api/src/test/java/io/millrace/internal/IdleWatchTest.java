package io.millrace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.timeout.IdleStateHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On a channel whose clock a test sets. */
class IdleWatchTest {

  private static final int IDLE = 60;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final List<Object> told = new ArrayList<>();
  private boolean sent;

  @BeforeEach
  void connect() {
    channel.freezeTime();
    channel
        .pipeline()
        .addLast("first", new ChannelInboundHandlerAdapter())
        .addLast("idle", new IdleStateHandler(0, 0, IDLE))
        .addLast(
            "last",
            new ChannelInboundHandlerAdapter() {
              @Override
              public void userEventTriggered(ChannelHandlerContext from, Object event) {
                told.add(event);
              }
            });
  }

  private void takeOver() {
    IdleWatch.takeOver(
        channel.pipeline(),
        () -> {
          boolean before = sent;
          sent = false;
          return before;
        });
  }

  private void pass(int seconds) {
    for (int second = 0; second < seconds; second++) {
      channel.advanceTimeBy(1, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  private List<String> names() {
    return channel.pipeline().names();
  }

  @Test
  void whoIsStillIsEndedAfterTheIdleTime() {
    takeOver();
    pass(IDLE - 1);
    assertThat(told).isEmpty();
    pass(1);
    assertThat(told).hasSize(1);
  }

  @Test
  void whoFallsStillIsEndedAfterTheIdleTimeAndHalfAsMuchAgain() {
    takeOver();
    pass(IDLE / 2 + 1);
    sent = true;
    pass(IDLE);
    assertThat(told).isEmpty();
    pass(IDLE / 2);
    assertThat(told).hasSize(1);
  }

  @Test
  void whoIsSentSomethingNowAndThenStays() {
    takeOver();
    for (int time = 0; time < 10; time++) {
      sent = true;
      pass(IDLE - 1);
    }
    assertThat(told).isEmpty();
  }

  @Test
  void whoSendsSomethingNowAndThenStays() {
    takeOver();
    for (int time = 0; time < 10; time++) {
      channel.writeInbound("something");
      pass(IDLE - 1);
    }
    assertThat(told).isEmpty();
    assertThat(channel.inboundMessages()).hasSize(10);
  }

  @Test
  void thePlaceIsGivenBackWithTheSameTime() {
    List<String> names = names();
    takeOver();
    assertThat(names()).isEqualTo(names);
    assertThat(channel.pipeline().get(IdleStateHandler.class)).isNull();
    IdleWatch.giveBack(channel.pipeline());

    assertThat(names()).isEqualTo(names);
    IdleStateHandler idle = (IdleStateHandler) channel.pipeline().get("idle");
    assertThat(idle.getAllIdleTimeInMillis()).isEqualTo(1000 * IDLE);
    pass(IDLE - 1);
    assertThat(told).isEmpty();
    pass(1);
    assertThat(told).hasSize(1);
  }

  @Test
  void nothingIsLeftOfAWatchOnceTheConnectionIsGone() {
    takeOver();
    assertThat(channel.runScheduledPendingTasks()).isPositive();
    var unused = channel.close();

    assertThat(channel.runScheduledPendingTasks()).isNegative();
    pass(2 * IDLE);
    assertThat(told).isEmpty();
  }

  static List<IdleStateHandler> others() {
    return List.of(
        new IdleStateHandler(IDLE, 0, IDLE),
        new IdleStateHandler(0, IDLE, IDLE),
        new IdleStateHandler(0, IDLE, 0),
        new IdleStateHandler(0, 0, 0),
        new IdleStateHandler(0, 0, IDLE) {});
  }

  @ParameterizedTest
  @MethodSource("others")
  void whatDoesMoreThanHoldTheIdleTimeStays(IdleStateHandler other) {
    channel.pipeline().replace("idle", "idle", other);
    assertThat(IdleWatch.isPossible(channel.pipeline())).isFalse();
    takeOver();
    assertThat(channel.pipeline().get("idle")).isSameAs(other);
    IdleWatch.giveBack(channel.pipeline());
    assertThat(channel.pipeline().get("idle")).isSameAs(other);
  }

  @Test
  void whereThereIsNoIdleTimeNothingChanges() {
    channel.pipeline().remove("idle");
    List<String> names = names();
    assertThat(IdleWatch.isPossible(channel.pipeline())).isTrue();
    takeOver();
    IdleWatch.giveBack(channel.pipeline());
    assertThat(names()).isEqualTo(names);
  }
}
