/** Types of the browser client, written by hand; `npm run typecheck` checks the sources against them. */

export type TransportName = 'websocket' | 'sse' | 'stream' | 'longpoll' | 'poll';

/** `idle`: nothing to read. `paused`: offline, or the user has left the page. `closed`: ended for good. */
export type State = 'idle' | 'connecting' | 'connected' | 'paused' | 'closed';

/** What an application receives. */
export interface Message<T = unknown> {
  channel: string;
  /** `message`, unless the publisher gave another name. */
  event: string;
  /** A JSON value, or a `Uint8Array` if bytes were published. */
  data: T;
  /** Milliseconds since 1970; absent if the backend gives none. */
  time?: number;
  /** The message's place in the log; `subscribe` can start after it. */
  cursor?: string;
}

/** A notice: you may have missed messages on these channels (or patterns). */
export interface Gap {
  channels: string[];
  reason: 'expired' | 'epoch' | 'interrupted' | 'slow' | 'unknown' | (string & {});
}

/** An error with which promises reject, and which `error` listeners get. */
export interface MillraceError extends Error {
  /**
   * If Millrace itself refused, a code of the protocol, such as `forbidden`; if it closed the connection, the
   * close code.
   */
  code?: string | number;
  /** The HTTP status, if there was an answer; 0 if the token could not be sent. */
  status?: number;
  /** The channels that the error concerns. */
  channels?: string[];
}

export interface SubscribeOptions {
  /** First replay up to this many held messages (0 to 1000). Ignored if `cursor` is given. */
  last?: number;
  /**
   * Deliver only these events. If all subscriptions together name more than 100 events, or one that contains a
   * comma, the server sends every event and the client filters.
   */
  events?: string[];
  /** Start after this cursor instead of now. */
  cursor?: string;
  /** Ends the subscription when the signal aborts. */
  signal?: AbortSignal;
}

/**
 * `connecting`: not confirmed yet, or the connection is lost. `live`: messages arrive as they are
 * published. `behind`: its loop is slower than the messages arrive, so it receives nothing until the loop has
 * taken some. `refused`: the server does not allow it. `closed`: ended by the application or the server.
 */
export type SubscriptionState = 'connecting' | 'live' | 'behind' | 'refused' | 'closed';

export interface SubscriptionEvents {
  state: SubscriptionState;
  gap: Gap;
  /** Why the subscription was refused or ended, or what its handler or a listener threw. */
  error: MillraceError;
}

export interface Subscription<T = unknown> {
  /** Everything up to this has been delivered; undefined until the server has confirmed. */
  readonly cursor: string | undefined;
  readonly state: SubscriptionState;
  /**
   * Resolves when the subscription is live for the first time; rejects if it is refused or closed before that.
   * You need not handle the rejection.
   */
  readonly ready: Promise<Subscription<T>>;
  /** @returns a function that stops listening */
  on<E extends keyof SubscriptionEvents>(
    type: E,
    listener: (detail: SubscriptionEvents[E]) => void,
  ): () => void;
  unsubscribe(): void;
}

/**
 * A subscription without a handler, for one `for await` loop. It holds at most `maxHeld` messages for a slow
 * loop. Beyond that it receives nothing for a while, and later resumes from where the loop is. Leaving the loop
 * unsubscribes.
 */
export interface IterableSubscription<T = unknown> extends Subscription<T>, AsyncIterable<Message<T>> {
  readonly ready: Promise<IterableSubscription<T>>;
}

export interface PublishOptions {
  event?: string;
  /** Within 5 minutes, a message with the same key is published once; random if omitted or null. */
  key?: string | null;
  priority?: 'high' | 'normal' | 'low';
}

export interface Events {
  transport: string;
  state: State;
  gap: Gap;
  /** A refusal, an error page of something in between, an unusable token, or what a callback threw. */
  error: MillraceError;
  /** The server has lost its broker: no messages arrive until `restored`. */
  degraded: Frame;
  restored: Frame;
}

export interface Options {
  /** Best first; only those that are listed are used. Default: all five. */
  transports?: (TransportName | Transport)[];
  /**
   * Printable ASCII. Sent as an `auth` frame and as `Authorization: Bearer`; a native EventSource cannot
   * send it.
   */
  token?: string | (() => string | Promise<string>);
  /**
   * As in `fetch`: `include` sends cookies also to a server of another origin, which must allow it. Default:
   * `same-origin`.
   */
  credentials?: 'same-origin' | 'include';
  /**
   * Milliseconds. Reconnects wait a random time between `minDelay` (default 500) and a bound that doubles up to
   * `maxDelay` (default 30000).
   */
  minDelay?: number;
  maxDelay?: number;
  /** Milliseconds that a transport runs before the next one joins the race; default 400. */
  headStart?: number;
  /** Milliseconds within which a request or a command must be answered, and `token` settle; default 20000. */
  timeout?: number;
  /** The most messages that wait to be published; default 1000. */
  maxUnsent?: number;
  /** How many times publishing a message may fail while the server can be reached; default 10. */
  maxTries?: number;
  /** The most messages that are held for a slow `for await` loop; default 1000. */
  maxHeld?: number;
  /** Where to remember which transport worked; default `localStorage`. */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
  /** For tests, and for environments other than browsers. */
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  EventSource?: typeof EventSource;
  /** Reports what the client decides: `true` by `console.debug`, or to a function. Never tokens or payloads. */
  debug?: boolean | ((what: string, details: object) => void);
}

export class Millrace {
  /**
   * @param mount where the server's router is mounted, for example `/live`. A query in it is added to every
   *     request. Throws if it is not an http or https URL, or contains a user or password
   */
  constructor(mount: string, options?: Options);
  /** The transport in use, or undefined while there is none. */
  get transport(): string | undefined;
  get state(): State;
  /** Throws a `TypeError` for anything that cannot be a channel or an option. */
  subscribe<T = unknown>(channel: string, handler: (message: Message<T>) => void): Subscription<T>;
  subscribe<T = unknown>(
    channel: string,
    options: SubscribeOptions | undefined,
    handler: (message: Message<T>) => void,
  ): Subscription<T>;
  subscribe<T = unknown>(channel: string, options?: SubscribeOptions): IterableSubscription<T>;
  /**
   * Resolves with the message's name, if the backend gives one, once the server has taken the message. Until
   * then the client sends it again with the same key. `data` is an `ArrayBuffer` or a view of one (their bytes
   * are published), or a value of a type that JSON has. Such a value arrives as `JSON.stringify` writes it, so
   * `NaN` becomes null. `data` is copied at once.
   *
   * Rejects with a `MillraceError` if the server refuses, if `maxUnsent` messages wait already, or if the
   * message has failed `maxTries` times while the server could be reached. Rejects with a `TypeError` for
   * anything that JSON has no type for, even inside an object or array: a function, a `Blob`, a `Map` or a
   * `BigInt`, for example.
   */
  publish(channel: string, data: unknown, options?: PublishOptions): Promise<string | undefined>;
  /** @returns a function that stops listening */
  on<E extends keyof Events>(type: E, listener: (detail: Events[E]) => void): () => void;
  /** Changes the transports at run time, best first; the connection moves without loss. */
  use(transports: (TransportName | Transport)[]): void;
  /** Ends everything for good. Pending publishes are rejected. */
  close(): void;
}

// The interface of transports; README.md has an example.

/** A frame of the wire protocol. */
export interface Frame {
  type: string;
  cursor?: string;
  [field: string]: any;
}

/** The query of an attach. */
export interface Attach {
  channels: string[];
  cursor?: string;
  last?: number;
  events?: string[];
  format?: string;
}

/** Why a connection ended. An error that `request` rejects with can be passed as it is. */
export interface Down {
  /** As in WebSocket close frames; its range says whether to reconnect. */
  code?: number;
  /** The HTTP status. */
  status?: number;
  /** Milliseconds to wait. */
  after?: number;
}

/** The client, as a transport sees it for one connection. */
export interface Host {
  /** No channels for a duplex transport: it is given `subscribe` frames to send. */
  attach: Attach;
  options: Options;
  /** Makes an absolute URL below the mount, however long. A transport that cannot send a long one should throw. */
  url(path: string, query?: Partial<Attach>): string;
  /**
   * Fetches below the mount, with the token. Rejects unless the answer is a 200, and when the connection is
   * given up. If the query would add more than 2,000 characters to the URL, it is sent as JSON in the body of
   * a `POST`, unless `init` has a method.
   */
  request(path: string, query?: Partial<Attach>, init?: RequestInit): Promise<Response>;
  /**
   * Call this with every frame, in order. A first frame that is a `welcome` or a `gap`, or has a `cursor`,
   * proves that the transport delivers; any other first frame did not come from Millrace, and ends the
   * connection. So does silence for twice the `heartbeat` (25 s, or what the last frame with that field said).
   */
  frame(frame: Frame): void;
  /** Call this when the connection has ended or cannot be made. */
  down(why?: unknown): void;
}

/** A connection, as the client sees it. */
export interface Handle {
  /** The connection is given up: any further frames are ignored. */
  close?(): void;
  /** Duplex only. */
  send?(frame: object): void;
}

export interface Transport {
  name: string;
  /** Sends frames to the server, too: `subscribe`, `publish`, `auth`, `ping`. */
  duplex?: boolean;
  connect(host: Host): Handle | void;
}

export const websocket: Transport;
export const sse: Transport;
export const stream: Transport;
export const longpoll: Transport;
export const poll: Transport;

/**
 * Turns any text, such as a user's name, into one segment of a channel: each UTF-16 code unit outside
 * `[A-Za-z0-9-]` becomes `_` and its four lower-case hex digits; the empty text becomes `_`. A whole channel
 * may have at most 200 characters, which this function does not check.
 */
export function encodeSegment(text: string): string;
/** Returns the text that a segment was made from. Throws if `encodeSegment` cannot have made the segment. */
export function decodeSegment(segment: string): string;
