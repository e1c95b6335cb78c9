package io.millrace.internal;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.List;

/**
 * Lets TCP find out that a client is gone: a connection ends if nothing of what was sent is
 * acknowledged for some time (RFC 5482). TCP alone would try for a quarter of an hour. Only native
 * transports have an option for that; they are known by name, because an application may have none.
 */
public final class Silence {

  /** Not those of an unavailable transport: Netty finds options by their names. */
  private static final List<ChannelOption<Integer>> OPTIONS =
      List.of(
          ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_USER_TIMEOUT"),
          ChannelOption.valueOf("io.netty.channel.uring.IoUringChannelOption#TCP_USER_TIMEOUT"));

  private static final boolean REACHABLE =
      HttpConnection.class
          .getModule()
          .isExported("io.vertx.core.net.impl", Silence.class.getModule());

  private Silence() {}

  /**
   * Limits how long nothing may be acknowledged. Does nothing if the transport is not native.
   *
   * @param connection a connection that is kept open
   * @param most the limit
   */
  public static void limit(HttpConnection connection, Duration most) {
    if (REACHABLE && connection instanceof ConnectionBase reached) {
      ChannelConfig config = reached.channel().config();
      int millis = (int) Math.min(Integer.MAX_VALUE, most.toMillis());
      OPTIONS.forEach(option -> config.setOption(option, millis));
    }
  }
}
