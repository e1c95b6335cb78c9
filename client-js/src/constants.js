// Times are in milliseconds.

/** What applications can set. The other numbers depend on one another, on the protocol or on browsers. */
export const DEFAULTS = {
  /** Reconnects wait a random time between `minDelay` and a bound that doubles, from 4 `minDelay` to `maxDelay`. */
  minDelay: 500,
  maxDelay: 30e3,
  /** How long a transport runs before the next one joins the race; three times as long if it worked here last. */
  headStart: 150,
  /** The answer to a request or a command must arrive within this time. */
  timeout: 20e3,
  /** The most messages that wait to be published; more are refused. */
  maxUnsent: 1000,
  /** How many times publishing a message may fail before it is given up. */
  maxTries: 10,
  /** The most messages that a subscription holds for a slow loop; then it receives nothing for a while. */
  maxHeld: 1000,
};

/** A connection is good once it has lived this long: reconnects start with short delays again. */
export const STABLE = 10e3;
/** A connection that dies this soon after its first frame counts fully against its transport. */
export const EARLY = 5e3;
/** The first frame of a new connection must arrive within this time. */
export const FIRST_FRAME = 10e3;
/** The answer to a ping must arrive within this time. */
export const PONG = 5e3;
/** A duplex connection that is silent for so long has to answer a ping. */
export const QUIET = 15e3;
/**
 * If its frames follow one another fast, it has to after 30 times the usual pause, but not before this time. About a
 * stream, a small request is sent then, which must be answered within this time.
 */
export const DOUBT = 2e3;
/** A pause counts as usual after frames for about this long. */
export const USUAL = 1e3;
/** A stream whose network works is not doubted again before this time. */
export const TRUST = 10e3;
/** How long a long poll asks to be held, in seconds. */
export const HOLD = 15;
/** How often the clock is read, to notice that the machine has slept. */
export const TICK = 5e3;
/** How often a server shows that it is alive, unless it says otherwise. */
export const HEARTBEAT = 25e3;
/** When to poll again, unless the server says otherwise. */
export const POLL = 15e3;
/** New tokens are not asked for, nor connections changed to them, more often than this. */
export const RENEW = 1e3;
/** A long poll that is answered with nothing before this time was not held. */
export const HASTY = 500;
/** When to repeat such a long poll. */
export const PAUSE_AFTER_HASTY = 1e3;
/** How long to remember which transport worked. */
export const REMEMBER = 30 * 60e3;
/** The faults of a transport count half after this time. */
export const HALF_LIFE = 30 * 60e3;
/** They are forgotten once a connection has shown frames for this long. */
export const FORGIVEN = 3 * 60e3;
/** When better transports are tried for the first time. The pause doubles each time, up to the longest. */
export const FIRST_PROBE = 10e3;
export const LONGEST_PROBE = 10 * 60e3;
/** The longest pause that Millrace may ask for. */
export const LONGEST_AFTER = 5 * 60e3;
/** The longest pause that anything in between may ask for. */
export const FOREIGN_AFTER = 500;
/** Clients that are asked to return at the same time do so within this time after it. */
export const SPREAD = 1500;
/** Nothing that fails is reported before this time, while others are still tried. */
export const HOPE = 2e3;
/** The back-off begins to grow when nothing has delivered for this long, unless Millrace itself asks for time. */
export const OUTAGE = 3 * 60e3;
/** The longest timer: one of more than 2^31 ms would fire at once. */
export const LONGEST_TIMER = 60 * 60e3;
/** A frame this long after the first one shows that more than the first block gets through. */
export const PROOF = 1e3;
/** What a candidate that never speaks counts, if another one does. */
export const MUTE = 1.2;
/** How long a transport with two faults has to show frames before it is used; with more faults longer. */
export const DOUBTED_PROOF = 25e3;
export const LONGEST_PROOF = 2 * 60e3;
/** A server or a proxy may refuse longer URLs. */
export const LONG_URL = 2000;
/** The most names that a server takes in an event filter; with more, the client filters alone. */
export const MOST_EVENTS = 100;
/** The most decisions that `trace` remembers. */
export const MOST_TRACED = 100;
/** The most frames that wait until a replay ends; with more, the connection is given up. */
export const MOST_WAITING = 10e3;
