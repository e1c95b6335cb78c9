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
  /** The user who published it, if the server says so. */
  from?: string;
}

/** Somebody who is on a channel, however many pages the user has open. */
export interface Member {
  user: string;
  /** What the application on the server tells about the user. */
  info?: any;
}

/** Who is on a channel now, and what has changed since the last event. */
export interface Presence {
  /** Everybody; empty if there are too many to name. */
  members: Member[];
  /** How many there are. */
  count: number;
  /** The first time, everybody. */
  joined: Member[];
  /** The users who have left. */
  left: string[];
}

/** A notice: you may have missed messages on these channels (or patterns). */
export interface Gap {
  channels: string[];
  reason: 'expired' | 'epoch' | 'interrupted' | 'slow' | 'unknown' | (string & {});
  /** How many messages, by channel, where the server knows it. */
  missed?: Record<string, number>;
}

/** An error with which promises reject, and which `error` listeners get. */
export interface MillraceError extends Error {
  /**
   * If Millrace itself refused, a code of the protocol, such as `forbidden`; `disconnected` if it does not let the
   * user in any more; if it ended the client for another reason, the close code; `not-loaded` if the part of the
   * client that is loaded on demand cannot be loaded.
   */
  code?: string | number;
  /** The HTTP status, if there was an answer; 0 if there was no token that can be sent. */
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
  /** Also report who is on the channel, as `presence` events. Not for patterns; the server must allow it. */
  presence?: boolean;
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
  /** With the option `presence`: who is there, soon after the subscription is live, and after each change. */
  presence: Presence;
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
  /** Readers that are slow, or use `maxRate`, may get only the newest message with the same value. */
  replaces?: string;
}

/** Another transport delivers now. */
export interface Choice {
  name: string;
  /** For example `websocket was lost: closed with 1006`. For people to read, not to rely on. */
  why: string;
  /** Milliseconds since a connection was needed; if it takes over from another one, since it was opened. */
  took: number;
}

/** What the client decided, and when; as `debug` reports it. */
export interface Decision {
  /** Milliseconds since 1970. */
  time: number;
  what: string;
  [detail: string]: unknown;
}

export interface Events {
  transport: Choice;
  state: State;
  gap: Gap;
  /** A refusal, an error page of something in between, an unusable token, or what a callback threw. */
  error: MillraceError;
  /** The server has lost its broker: no messages arrive until `restored`. */
  degraded: Frame;
  restored: Frame;
}

type Token = string | null | undefined;

export interface Options {
  /** Best first; only those that are listed are used. Default: all five. */
  transports?: (TransportName | Transport)[];
  /**
   * Says who the client is: printable ASCII, or a function that returns it or a promise of it. Nothing, or `null`,
   * if the client has no name. The function is called once for everything that needs a token, again before the
   * token expires, and when the server refuses it. A token is never in a URL.
   */
  token?: string | (() => Token | Promise<Token>);
  /**
   * Messages arrive at most so many times a second (1 to 100): each time the newest of each channel, or of each
   * value of `replaces`. For dashboards and phones.
   */
  maxRate?: number;
  /**
   * As in `fetch`: `include` sends cookies also to a server of another origin, which must allow it. Default:
   * `same-origin`.
   */
  credentials?: 'same-origin' | 'include';
  /**
   * Milliseconds. Reconnects wait a random time between `minDelay` (default 500) and a bound: four times `minDelay`. It
   * doubles up to `maxDelay` (default 30000) if the page is hidden, after 3 minutes, or if Millrace itself refuses.
   */
  minDelay?: number;
  maxDelay?: number;
  /** Milliseconds that a transport runs before the next one joins the race; default 150. Three times as long if it worked here last. */
  headStart?: number;
  /** Milliseconds within which a request or a command must be answered, and `token` settle; default 20000. */
  timeout?: number;
  /** The most messages that wait to be published; default 1000. */
  maxUnsent?: number;
  /** How many times publishing a message may fail while the server can be reached; default 10. */
  maxTries?: number;
  /** The most messages that are held for a slow `for await` loop; default 1000. */
  maxHeld?: number;
  /**
   * All pages of the browser that have the same mount, and the same value here, share one connection. A string names
   * the user: give one if pages may have different users, and always if `token` is a function. Where the browser
   * cannot (it needs HTTPS or localhost), each page connects for itself.
   */
  share?: boolean | string;
  /** Where to remember which transport worked; default `localStorage`. */
  storage?: Pick<Storage, 'getItem' | 'setItem'>;
  /** For tests, and for environments other than browsers. */
  fetch?: typeof fetch;
  WebSocket?: typeof WebSocket;
  EventSource?: typeof EventSource;
  BroadcastChannel?: typeof BroadcastChannel;
  locks?: LockManager;
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
  /** Random, and not a secret: the server can publish to all but this client. */
  get id(): string;
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
  /** The last 100 decisions, oldest first: to find out why the client does what it does. Never tokens or payloads. */
  trace(): Decision[];
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
  /** For all channels, or for those in a list separated by commas. */
  presence?: boolean | string;
  format?: string;
  /** The client's `id`. */
  client?: string;
  maxRate?: number;
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
  /** The token, for a transport that does not use `request`. It belongs in no URL. */
  token?: string;
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
   * connection. So does silence for 5 s more than the `heartbeat` (25 s, or what the last frame with that field said), or for
   * twice a short one. A duplex connection gets a `ping` after 15 s of silence, and then has to send any frame within 5 s.
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
