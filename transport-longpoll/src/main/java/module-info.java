/** Carries messages over long polling and polling. */
module io.millrace.transport.longpoll {
  requires transitive io.millrace.api;

  exports io.millrace.transport.longpoll;

  provides io.millrace.spi.Transport with
      io.millrace.transport.longpoll.LongPollTransport,
      io.millrace.transport.longpoll.PollTransport;
}
