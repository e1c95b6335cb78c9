package io.millrace;

/** A message and its place in the log. Immutable; safe on any thread. */
public interface Entry {

  /** {@return the place in the log} */
  Cursor cursor();

  /** {@return the channel that the message was published to} */
  String channel();

  /** {@return the message; its {@link Message#time()} is present} */
  Message message();
}
