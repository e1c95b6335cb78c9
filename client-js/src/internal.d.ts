/** What the core keeps; types only, for the checker. */
import type { Frame, Handle, Message, SubscribeOptions, Transport } from '../millrace.js';

export type Timer = ReturnType<typeof setTimeout>;

/** A subscription. */
export interface Sub extends SubscribeOptions {
  channel: string;
  handler: (message: Message) => void;
  pattern: RegExp;
  /** A promise: all up to here was delivered. Reading resumes from it. */
  at?: string;
  /** The newest message given to the application; what is not newer is a double. */
  seen?: string;
}

/** A frame that wants an answer. */
export interface Call {
  done: (reply: any) => void;
  /** Whom a replay is for. */
  subs?: Sub[];
  /** The cursor after which they asked to read. */
  from?: string;
}

/** A connection, also one that has not delivered yet. */
export interface Conn {
  transport: Transport;
  handle?: Handle | void;
  /** What it carries. */
  subs: Set<Sub>;
  /** What it will carry once a call is answered, with the frames read in the meantime. */
  waiting: Map<Sub, Frame[]>;
  calls: Map<any, Call>;
  /** Aborted when it is given up. */
  abort: AbortController;
  heartbeat: number;
  /** When it began to deliver. */
  since: number;
  /** Duplex: authenticated, so that it takes frames. */
  open?: boolean;
  cursor?: string;
  /** What `goodbye` said. */
  bye?: object;
}

/** A message on its way to the server. */
export interface Post {
  body: object;
  resolve: (name?: string) => void;
  reject: (error: unknown) => void;
}
