// Times are in milliseconds.

/** What applications can set. The other numbers depend on one another, on the protocol or on browsers. */
export const DEFAULTS = {
  /** Reconnects wait a random time between `minDelay` and a bound that doubles up to `maxDelay`. */
  minDelay: 500,
  maxDelay: 30e3,
  /** How long a transport runs before the next one joins the race. */
  headStart: 400,
  /** The answer to a request or a command must arrive within this time. */
  timeout: 20e3,
  /** The most messages that wait to be published; more are refused. */
  maxUnsent: 1000,
  /** How many times publishing a message may fail before it is given up. */
  maxTries: 10,
  /** The most messages that a subscription holds for a slow loop; then it receives nothing for a while. */
  maxHeld: 1000,
};

/** After a connection was stable this long, reconnects start with short delays again. */
export const STABLE = 10e3;
/** The first frame of a new connection must arrive within this time. */
export const FIRST_FRAME = 10e3;
/** The answer to a ping must arrive within this time. */
export const PONG = 5e3;
/** How often a server shows that it is alive, unless it says otherwise. */
export const HEARTBEAT = 25e3;
/** When to poll again, unless the server says otherwise. */
export const POLL = 15e3;
/** A long poll that is answered with nothing before this time was not held. */
export const HASTY = 500;
/** When to repeat such a long poll. */
export const PAUSE_AFTER_HASTY = 1e3;
/** How long to remember which transport worked. */
export const REMEMBER = 30 * 60e3;
/** When better transports are tried for the first time, and how often after that. */
export const FIRST_PROBE = 10e3;
export const PROBE = 3 * 60e3;
/** The longest pause that Millrace may ask for. Anything in between may ask for `maxDelay`. */
export const LONGEST_AFTER = 5 * 60e3;
/** The longest timer: one of more than 2^31 ms would fire at once. */
export const LONGEST_TIMER = 60 * 60e3;
/** A frame this long after the first one shows that more than the first block gets through. */
export const PROOF = 1e3;
/**
 * A transport that falls silent repeatedly has to show frames for longer each time, at most this long: it must
 * succeed before the next probe.
 */
export const LONGEST_PROOF = 2 * 60e3;
/** A server or a proxy may refuse longer URLs. */
export const LONG_URL = 2000;
/** The most names that a server takes in an event filter; with more, the client filters alone. */
export const MOST_EVENTS = 100;
/** The most frames that wait until a replay ends; with more, the connection is given up. */
export const MOST_WAITING = 10e3;
