/** What the parts of the client share; types only, for the checker. */
import type { Subscription } from './subscription.js';

/** A command that wants an answer. */
export interface Call {
  done: (reply: any) => void;
  /** Part of the answer has come: the rest has time again. */
  wait: () => void;
  /** Whom a replay is for. */
  subs?: Subscription[];
  /** The cursor after which they asked to read. */
  from?: string;
}

/** A message on its way to the server. */
export interface Post {
  channel: string;
  body: object;
  resolve: (name?: string) => void;
  reject: (error: unknown) => void;
}
