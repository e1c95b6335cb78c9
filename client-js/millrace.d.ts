/** Types of the browser client, kept by hand; `npm run typecheck` holds the sources to them. */

export type TransportName = 'websocket' | 'sse' | 'stream' | 'longpoll' | 'poll';

/** `idle`: nothing to read. `paused`: offline, or the page is left. `closed`: ended, and stays so. */
export type State = 'idle' | 'connecting' | 'connected' | 'paused' | 'closed';

/** What an application receives. */
export interface Message<T = unknown> {
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

/** What the client rejects with and tells as `error`. */
export interface MillraceError extends Error {
  /** A code of the protocol, as `forbidden`, if Millrace itself has refused; a number if it has closed. */
  code?: string | number;
  /** The HTTP status, if there was an answer; 0 if the token could not be sent. */
  status?: number;
  /** The channels that it concerns. */
  channels?: string[];
}

export interface SubscribeOptions {
  /** Replay up to this many held messages first (0 to 1000). Ignored if `cursor` is given. */
  last?: number;
  /** Only these events. The client filters, too; alone, if there are over 100 or one has a comma. */
  events?: string[];
  /** Start after this cursor instead of now. */
  cursor?: string;
  /** Ends the subscription when it aborts. */
  signal?: AbortSignal;
}

/**
 * `connecting`: not confirmed yet, or the connection is lost. `live`: messages arrive as they are
 * published. `behind`: its loop is slower than what comes, so it is not fed until the loop has taken some.
 * `refused`: the server does not allow it. `closed`: ended by the application or the server.
 */
export type SubscriptionState = 'connecting' | 'live' | 'behind' | 'refused' | 'closed';

export interface SubscriptionEvents {
  state: SubscriptionState;
  gap: Gap;
  /** Why it was refused or ended, or what its handler or a listener threw. */
  error: MillraceError;
}

export interface Subscription<T = unknown> {
  /** All up to here has been delivered; undefined until the server has confirmed. */
  readonly cursor: string | undefined;
  readonly state: SubscriptionState;
  /** Resolves when it is live for the first time; rejects if it is refused or closed before. */
  readonly ready: Promise<Subscription<T>>;
  /** @returns a function that stops listening */
  on<E extends keyof SubscriptionEvents>(
    type: E,
    listener: (detail: SubscriptionEvents[E]) => void,
  ): () => void;
  unsubscribe(): void;
}

/**
 * A subscription without a handler, for one `for await`. It holds at most 1,000 messages for a loop that is
 * slower; then it goes on from where the loop is. Leaving the loop unsubscribes.
 */
export interface IterableSubscription<T = unknown> extends Subscription<T>, AsyncIterable<Message<T>> {
  readonly ready: Promise<IterableSubscription<T>>;
}

export interface PublishOptions {
  event?: string;
  /** The same key is published once within 5 minutes; random if left out or null. */
  key?: string | null;
  priority?: 'high' | 'normal' | 'low';
}

export interface Events {
  transport: string;
  state: State;
  gap: Gap;
  /** A refused subscription, a server that cannot be reached as it should, or what a callback threw. */
  error: MillraceError;
  /** The server has lost its broker: nothing comes until `restored`. */
  degraded: Frame;
  restored: Frame;
}

export interface Options {
  /** Best first. Leaving some out forces the rest. Default: all five. */
  transports?: (TransportName | Transport)[];
  /**
   * Printable ASCII. Sent as an `auth` frame and as `Authorization: Bearer`; native EventSource cannot
   * send it.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * As of `fetch`: `include` sends cookies to a server of another origin too, which must allow it. Default
   * `same-origin`.
   */
  credentials?: 'same-origin' | 'include';
  /** Reconnect delays are random between `minDelay` (500) and a bound that doubles up to `maxDelay` (30000). */
  minDelay?: number;
  maxDelay?: number;
  /** Milliseconds before the next transport joins the race; default 400. */
  headStart?: number;
  /** Remembers what worked; default `localStorage`. */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
  /** For tests and other environments than browsers. */
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  EventSource?: typeof EventSource;
  /** Tells what the client decides, never tokens or payloads: `true` by `console.debug`, or to a function. */
  debug?: boolean | ((what: string, details: object) => void);
}

export class Millrace {
  /**
   * @param mount where the server's router is mounted, as in `/live`. A query goes along with every
   *     request. Throws if it is no URL of http or https, or has a user in it
   */
  constructor(mount: string, options?: Options);
  /** The transport in use, or undefined while there is none. */
  get transport(): string | undefined;
  get state(): State;
  /** Throws a `TypeError` at once for what cannot be a channel or an option. */
  subscribe<T = unknown>(channel: string, handler: (message: Message<T>) => void): Subscription<T>;
  subscribe<T = unknown>(
    channel: string,
    options: SubscribeOptions | undefined,
    handler: (message: Message<T>) => void,
  ): Subscription<T>;
  subscribe<T = unknown>(channel: string, options?: SubscribeOptions): IterableSubscription<T>;
  /**
   * Resolves with the message's name, where the backend gives one, once the server has taken it;
   * retries with the same key until then. `data` is what JSON has types for (as `JSON.stringify` has it,
   * so `NaN` is null), or an `ArrayBuffer` or a view of one: their bytes. It is copied at once. Rejects
   * with a `MillraceError` when the server refuses, when 1,000 messages wait already, and when it has
   * failed ten times though the server is there, and with a `TypeError` for what JSON has no type for, at
   * any depth, as a function, a `Blob`, a `Map` or a `BigInt`.
   */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<string | undefined>;
  /** @returns a function that stops listening */
  on<E extends keyof Events>(type: E, listener: (detail: Events[E]) => void): () => void;
  /** Changes the transports at run time, best first; the connection moves without loss. */
  use(transports: (TransportName | Transport)[]): void;
  /** Ends everything for good. Pending publishes are rejected. */
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

/** Why a connection ended. What `request` rejects with will do. */
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
  /** Makes an absolute URL below the mount, however long: throw if you cannot send it. */
  url(path: string, query?: Partial<Attach>): string;
  /**
   * Fetches below the mount, with the token; rejects unless the answer is a 200, and when the
   * connection is given up. A query of more than 2,000 characters is sent as JSON in the body of a `POST`,
   * unless `init` has a method.
   */
  request(path: string, query?: Partial<Attach>, init?: RequestInit): Promise<Response>;
  /**
   * To be called with every frame, in order. The first proves that the transport delivers, if it is a
   * `welcome` or a `gap` or has a `cursor`; otherwise it is an answer of something else. After
   * twice `heartbeat` ms without one (25 s, or as the last frame with that field said), it is dead.
   */
  frame(frame: Frame): void;
  /** To be called when the connection has ended or cannot be made. */
  down(why?: unknown): void;
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
