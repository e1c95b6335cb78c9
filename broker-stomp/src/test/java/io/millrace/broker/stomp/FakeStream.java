package io.millrace.broker.stomp;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** As much of a RabbitMQ stream as a node needs: everything that is sent reaches all readers. */
final class FakeStream implements BiConsumer<FakeBroker.Connection, StompFrame> {

  private final List<StompFrame> records = new ArrayList<>();
  private final List<FakeBroker.Connection> readers = new ArrayList<>();

  @Override
  public void accept(FakeBroker.Connection connection, StompFrame frame) {
    switch (frame.command()) {
      case "SEND" -> {
        records.add(frame);
        readers.forEach(reader -> bring(reader, records.size() - 1));
      }
      case "SUBSCRIBE" -> {
        readers.add(connection);
        for (int i = 0; i < records.size(); i++) {
          bring(connection, i);
        }
      }
      default -> {}
    }
    FakeBroker.confirm(connection, frame);
  }

  private void bring(FakeBroker.Connection reader, int offset) {
    StompFrame sent = records.get(offset);
    StringBuilder text = new StringBuilder("MESSAGE\nsubscription:stream\n");
    Map<String, String> headers = sent.headers();
    headers.forEach(
        (name, value) -> {
          if (!name.equals("receipt") && !name.equals("content-length")) {
            text.append(name + ":" + StompVersion.V1_2.escape(value) + "\n");
          }
        });
    reader.sendLater(
        text.append("message-id:" + offset + "\nack:" + offset + "\nx-stream-offset:" + offset)
            .append("\n\n" + sent.body() + "\0")
            .toString());
  }
}
