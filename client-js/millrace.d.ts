/** Types of the browser client, kept by hand; `npm run typecheck` holds the sources to them. */

export type TransportName = 'websocket' | 'sse' | 'stream' | 'longpoll' | 'poll';

/** `idle`: nothing subscribed. `paused`: offline or the page is hidden for good. `closed`: for ever. */
export type State = 'idle' | 'connecting' | 'connected' | 'paused' | 'closed';

/** What an application receives. */
export interface Message<T = any> {
  channel: string;
  /** `message` unless the publisher named another. */
  event: string;
  /** A JSON value, or a `Uint8Array` if bytes were published. */
  data: T;
  /** Milliseconds since 1970; absent where the backend gives none. */
  time?: number;
  /** Where this message stands in the log; `subscribe` can start after it. */
  cursor?: string;
}

/** Messages on these channels (or patterns) may have been missed. */
export interface Gap {
  channels: string[];
  reason: 'expired' | 'epoch' | 'interrupted' | 'slow' | 'unknown' | (string & {});
}

export interface SubscribeOptions {
  /** Replay up to this many held messages first (0 to 1000). Ignored if `cursor` is given. */
  last?: number;
  /** Only these events. */
  events?: string[];
  /** Start after this cursor instead of now. */
  cursor?: string;
}

export interface Subscription {
  /** All up to here has been delivered; undefined until the server has confirmed. */
  readonly cursor: string | undefined;
  unsubscribe(): void;
}

export interface PublishOptions {
  event?: string;
  /** The same key is published once within 5 minutes; random if left out. */
  key?: string;
  priority?: 'high' | 'normal' | 'low';
}

export interface Events {
  transport: string;
  state: State;
  gap: Gap;
  /** A refused subscription, a protocol error, or what a callback threw. */
  error: any;
  /** The server has lost its broker: nothing comes until `restored`. */
  degraded: Frame;
  restored: Frame;
}

export interface Options {
  /** Best first. Leaving some out forces the rest. Default: all five. */
  transports?: (TransportName | Transport)[];
  /** Sent as an `auth` frame and as `Authorization: Bearer`; native EventSource cannot send it. */
  token?: string | (() => string | Promise<string>);
  /** Reconnect delays are random between `minDelay` (500) and a bound that doubles up to `maxDelay` (30000). */
  minDelay?: number;
  maxDelay?: number;
  /** Milliseconds before the next transport joins the race; default 400. */
  headStart?: number;
  /** Remembers what worked; default `localStorage`. */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
  /** For tests and other environments than browsers. */
  fetch?: typeof fetch;
  WebSocket?: any;
  EventSource?: any;
}

export class Millrace {
  /** @param mount where the server's router is mounted, as in `/live` */
  constructor(mount: string, options?: Options);
  /** The transport in use, or undefined while there is none. */
  get transport(): string | undefined;
  get state(): State;
  subscribe(channel: string, handler: (message: Message) => void): Subscription;
  subscribe(
    channel: string,
    options: SubscribeOptions | undefined,
    handler: (message: Message) => void,
  ): Subscription;
  /**
   * Resolves with the message's name, where the backend gives one, once the server has taken it;
   * retries with the same key until then. Rejects when the server refuses.
   */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<string | undefined>;
  /** @returns a function that stops listening */
  on<E extends keyof Events>(type: E, listener: (detail: Events[E]) => void): () => void;
  /** Changes the transports at run time, best first; the connection moves without loss. */
  use(transports: (TransportName | Transport)[]): void;
  /** Ends everything, for ever. Pending publishes are rejected. */
  close(): void;
}

// The interface behind which transports stand; see README.md for an example.

/** A frame of the wire protocol. */
export interface Frame {
  type: string;
  cursor?: string;
  [field: string]: any;
}

/** Query of an attach. */
export interface Attach {
  channels: string[];
  cursor?: string;
  last?: number;
  events?: string[];
  format?: string;
}

/** Why a connection ended. An `Error` of `request` will do. */
export interface Down {
  /** As in WebSocket close frames; the ranges say whether to come back. */
  code?: number;
  /** HTTP status. */
  status?: number;
  /** Milliseconds to wait. */
  after?: number;
}

/** What a transport gets of the core, for one connection. */
export interface Link {
  /** Absent for a duplex transport: it is asked to send `subscribe` frames. */
  attach: Attach;
  options: Options;
  /** Makes an absolute URL below the mount. */
  url(path: string, query?: Partial<Attach>): string;
  /**
   * Fetches below the mount, with the token; rejects unless the answer is a 200, and when the
   * connection is given up.
   */
  request(path: string, query?: Partial<Attach>, init?: RequestInit): Promise<Response>;
  /**
   * To be called with every frame, in order. The first proves that the transport delivers. After
   * twice `heartbeat` ms without one (25 s, or as the last frame with that field said), it is dead.
   */
  frame(frame: Frame): void;
  /** To be called when the connection has ended or cannot be made. */
  down(why?: Down | any): void;
}

/** A connection, as the core sees it. */
export interface Handle {
  /** The connection is given up: nothing that it brings is heard any more. */
  close?(): void;
  /** Duplex only. */
  send?(frame: object): void;
}

export interface Transport {
  name: string;
  /** Carries frames to the server too: `subscribe`, `publish`, `auth`, `ping`. */
  duplex?: boolean;
  connect(link: Link): Handle | void;
}

export const websocket: Transport;
export const sse: Transport;
export const stream: Transport;
export const longpoll: Transport;
export const poll: Transport;

/**
 * Turns any text, such as a user's name, into one segment of a channel's name: each UTF-16 code unit
 * outside `[A-Za-z0-9-]` becomes `_` and its four lower-case hex digits, the empty text `_`. A whole
 * channel has at most 200 characters; this does not check it.
 */
export function encodeSegment(text: string): string;
/** The text again. Throws for what `encodeSegment` cannot have made. */
export function decodeSegment(segment: string): string;
