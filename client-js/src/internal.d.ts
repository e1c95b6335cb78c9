/** Types that the parts of the client share, for the type checker only. */
import type { Subscription } from './subscription.js';

/** A command that waits for an answer. */
export interface Call {
  done: (reply: any) => void;
  /** Part of the answer has arrived: starts the time limit again for the rest. */
  wait: () => void;
  /** The subscriptions that still wait for the replay. */
  subs?: () => Subscription[];
  /** The cursor after which the replay starts. */
  from?: string;
}

/** A message on its way to the server. */
export interface Post {
  channel: string;
  options: object;
  data: unknown;
  /** What `data` was when it was given, if the code that makes a body of it was not loaded yet: JSON or bytes. */
  copy?: unknown;
  body?: object;
  resolve: (name?: string) => void;
  reject: (error: unknown) => void;
}
