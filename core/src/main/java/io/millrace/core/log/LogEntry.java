package io.millrace.core.log;

import io.millrace.Cursor;
import io.millrace.Entry;
import io.millrace.Message;

/** A message with its place. */
public final class LogEntry extends LogItem implements Entry {

  /** Its channel. */
  public final ChannelLog source;

  private final Epoch epoch;
  private final Message message;

  LogEntry(Epoch epoch, long seq, long appendedAt, ChannelLog source, Message message) {
    super(
        seq,
        appendedAt,
        message.length(),
        Footprint.entry(message) + (source.keepsNewest() ? Footprint.NEWEST : 0));
    this.epoch = epoch;
    this.source = source;
    this.message = message;
  }

  @Override
  public Cursor cursor() {
    return epoch.cursor(seq);
  }

  @Override
  public String channel() {
    return source.text();
  }

  @Override
  public Message message() {
    return message;
  }
}
