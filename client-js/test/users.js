// Who may attach to the server of these tests: tokens, tickets, and how they end.

import { Refusal, refuse } from './refusals.js';

const BEARER = 'millrace.bearer.';

const decoded = (text) => Buffer.from(text, 'base64url').toString();

/** The tokens that a request presents. */
const presented = ({ headers }) => [
  ...(headers.authorization ?? '').split(/^Bearer /).slice(1),
  ...(headers['sec-websocket-protocol'] ?? '')
    .split(/ *, */)
    .filter((one) => one.startsWith(BEARER))
    .map((one) => decoded(one.slice(BEARER.length))),
];

export class Users {
  /** What has been issued. @type {Map<string, { user: string, expires?: number }>} */
  tokens = new Map();
  tickets = new Map();
  /** Whether clients without a token are let in. */
  anonymous = false;
  /** Whether a token may be changed on a connection. */
  inBand = true;
  grace = 5000;
  /** How far the server's clock is ahead of the client's. */
  ahead = 0;
  /** Patterns that a user may not read any more. */
  revoked = new Map();
  disconnected = new Set();
  /** What was refused. */
  refused = 0;

  now() {
    return Date.now() + this.ahead;
  }

  /** A new token, which may expire. */
  issue(user, ms) {
    const token = `secret-${user}-${this.tokens.size}~/+==`;
    this.tokens.set(token, { user, expires: ms === undefined ? undefined : Math.round(this.now() + ms) });
    return token;
  }

  /** Who has a token; unless it has expired. */
  of(token) {
    const known = this.tokens.get(token);
    if (known && !(known.expires <= this.now())) {
      refuse(this.disconnected.has(known.user), 'disconnected', 'forbidden');
      return { ...known, token };
    }
    this.refused++;
    throw Object.assign(new Refusal('unauthorized'), { challenge: `Bearer${token ? ' error="invalid_token"' : ''}` });
  }

  identify(request, url) {
    const ticket = url.searchParams.get('ticket');
    if (ticket) {
      const known = this.tickets.get(ticket);
      this.tickets.delete(ticket);
      return known?.until > this.now() ? known.client : this.of(ticket);
    }
    const [token] = presented(request);
    return token === undefined && this.anonymous ? {} : this.of(token);
  }

  /** Works once, for 30 s. */
  ticket(client) {
    const ticket = `ticket-${Math.random()}`;
    const now = this.now();
    const until = now + 30e3;
    this.tickets.set(ticket, { client, until });
    return { ticket, expires: until, now };
  }

  /** What an answer says about how long the client may stay. */
  times({ expires }) {
    return expires === undefined ? {} : { expires, now: this.now() };
  }

  /** How long until the end of a client's stay. */
  left({ expires }) {
    return expires === undefined ? undefined : expires + this.grace - this.now();
  }
}
