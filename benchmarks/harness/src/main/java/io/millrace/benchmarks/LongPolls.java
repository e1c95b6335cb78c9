package io.millrace.benchmarks;

import io.millrace.benchmarks.control.Plan;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Long polling as it is usually written: the newest messages of each channel, and the requests that
 * wait for the next one.
 */
final class LongPolls {

  private static final int MOST_HELD = 1000;

  private static final class Channel {
    /** The newest messages: number n is at n modulo the length. */
    final String[] held = new String[MOST_HELD];

    final List<HttpServerResponse> waiting = new ArrayList<>();

    /** How many messages there have been; the number of the last one. */
    long head;

    void add(String payload) {
      held[(int) (++head % MOST_HELD)] = payload;
    }

    Buffer after(long cursor) {
      StringBuilder json = new StringBuilder(200);
      json.append("{\"cursor\":\"").append(head).append("\",\"messages\":[");
      long first = Math.max(cursor, head - MOST_HELD) + 1;
      for (long number = first; number <= head; number++) {
        json.append(number == first ? "{\"data\":\"" : ",{\"data\":\"")
            .append(held[(int) (number % MOST_HELD)])
            .append("\"}");
      }
      return Buffer.buffer(json.append("]}").toString());
    }
  }

  private final Map<String, Channel> channels = new HashMap<>();

  void handle(String name, HttpServerRequest request) {
    Channel channel = channels.computeIfAbsent(name, created -> new Channel());
    HttpServerResponse response = request.response().putHeader("Content-Type", "application/json");
    String cursor = request.getParam("cursor");
    if (cursor == null) {
      response.end(channel.after(channel.head));
    } else if (Long.parseLong(cursor) < channel.head) {
      response.end(channel.after(Long.parseLong(cursor)));
    } else {
      channel.waiting.add(response);
      request.connection().closeHandler(closed -> channel.waiting.remove(response));
    }
  }

  void publish(String name, String payload) {
    publish(channels.get(name), payload);
    publish(channels.get(Plan.channel(Plan.EVERY)), payload);
  }

  private static void publish(@Nullable Channel channel, String payload) {
    if (channel == null) {
      return;
    }
    channel.add(payload);
    if (!channel.waiting.isEmpty()) {
      Buffer answer = channel.after(channel.head - 1);
      channel.waiting.forEach(response -> response.end(answer));
      channel.waiting.clear();
    }
  }
}
