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
/** What worked is remembered for so long. */
export const REMEMBER = 30 * 60e3;
/** When better transports are tried: first, and then again and again. */
export const FIRST_PROBE = 10e3;
export const PROBE = 3 * 60e3;
