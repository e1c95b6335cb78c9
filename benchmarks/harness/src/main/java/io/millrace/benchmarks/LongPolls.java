package io.millrace.benchmarks;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Long polling as it is usually written: the newest messages of each channel, and the requests that
 * wait for the next.
 */
final class LongPolls {

  private static final int MOST_HELD = 1000;

  private static final class Channel {
    final Deque<String> held = new ArrayDeque<>();
    final List<HttpServerResponse> waiting = new ArrayList<>();

    /** How many messages there ever were. */
    long head;

    Buffer after(long cursor) {
      List<String> missed = new ArrayList<>(held);
      int count = (int) Math.min(head - cursor, missed.size());
      StringBuilder json = new StringBuilder(200);
      json.append("{\"cursor\":\"").append(head).append("\",\"messages\":[");
      for (int i = missed.size() - count; i < missed.size(); i++) {
        json.append("{\"data\":\"").append(missed.get(i)).append("\"},");
      }
      json.setLength(json.length() - (count > 0 ? 1 : 0));
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
    Channel channel = channels.get(name);
    if (channel == null) {
      return;
    }
    channel.held.add(payload);
    channel.head++;
    if (channel.held.size() > MOST_HELD) {
      channel.held.remove();
    }
    if (!channel.waiting.isEmpty()) {
      Buffer answer = channel.after(channel.head - 1);
      channel.waiting.forEach(response -> response.end(answer));
      channel.waiting.clear();
    }
  }
}
