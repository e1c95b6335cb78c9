// Times in milliseconds. What a user may have reason to change is an option, and its default is here.

export const DEFAULTS = {
  /** Reconnects wait a random time between `minDelay` and a bound that doubles up to `maxDelay`. */
  minDelay: 500,
  maxDelay: 30e3,
  /** How long a transport runs before the next joins the race. */
  headStart: 400,
};

/** A connection that was stable for so long begins with short delays again. */
export const STABLE = 10e3;
/** So long a new connection may take until its first frame. */
export const FIRST_FRAME = 10e3;
/** So long an answer may take, to a request or a command. */
export const ANSWER = 20e3;
/** So long the answer to a ping may take. */
export const PONG = 5e3;
/** How often a server shows that it is there, unless it says otherwise. */
export const HEARTBEAT = 25e3;
/** When to poll again, unless the server says otherwise. */
export const POLL = 15e3;
/** What worked is remembered for so long. */
export const REMEMBER = 30 * 60e3;
/** When better transports are tried: first, and then again and again. */
export const FIRST_PROBE = 10e3;
export const PROBE = 3 * 60e3;
/** Millrace may ask for so long a pause; what is on the way for `maxDelay`. */
export const LONGEST_AFTER = 5 * 60e3;
/** No timer runs longer: above 2^31 ms it would run out at once. */
export const LONGEST_TIMER = 60 * 60e3;
/** A connection shows that it passes more than its first block by a frame so long after the first. */
export const PROOF = 1e3;
/** What falls silent again and again has to show frames for longer and longer, but until the next probe. */
export const LONGEST_PROOF = 2 * 60e3;
/** Longer URLs may be refused by a server or on the way. */
export const LONG_URL = 2000;
/** Names in a filter that a server takes; with more, the client filters alone. */
export const MOST_EVENTS = 100;
/** Messages that wait to be published: more are refused. */
export const MOST_POSTS = 1000;
/** So often something on the way may keep a message from being published. */
export const MOST_TRIES = 10;
/** Messages that a subscription holds for a loop that is slower: then it is not fed for a while. */
export const MOST_HELD = 1000;
/** Frames that wait behind a replay: with more, the connection is given up. */
export const MOST_WAITING = 10e3;
