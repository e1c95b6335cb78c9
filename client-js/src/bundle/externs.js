/**
 * @fileoverview What the compiler must not rename: names that applications, transports and the wire use. All
 * other properties get short names.
 * @externs
 */

/** Takes the exports out of the bundle; see wrapper.txt. */
var exported;

/** The compiler knows it as a property of `window` only. */
var localStorage;

var kept = {
  // Applications: millrace.d.ts.
  transport: 0,
  state: 0,
  subscribe: 0,
  publish: 0,
  on: 0,
  use: 0,
  close: 0,
  channel: 0,
  event: 0,
  data: 0,
  time: 0,
  cursor: 0,
  channels: 0,
  reason: 0,
  code: 0,
  status: 0,
  last: 0,
  events: 0,
  signal: 0,
  ready: 0,
  unsubscribe: 0,
  gap: 0,
  error: 0,
  degraded: 0,
  restored: 0,
  key: 0,
  priority: 0,

  // Options.
  transports: 0,
  token: 0,
  credentials: 0,
  minDelay: 0,
  maxDelay: 0,
  headStart: 0,
  timeout: 0,
  maxUnsent: 0,
  maxTries: 0,
  maxHeld: 0,
  storage: 0,
  fetch: 0,
  WebSocket: 0,
  EventSource: 0,
  debug: 0,

  // Transports.
  name: 0,
  duplex: 0,
  connect: 0,
  attach: 0,
  format: 0,
  options: 0,
  url: 0,
  request: 0,
  frame: 0,
  down: 0,
  send: 0,
  after: 0,

  // The wire: docs/protocol.md.
  type: 0,
  id: 0,
  version: 0,
  heartbeat: 0,
  limits: 0,
  message: 0,
  replay: 0,
  base64: 0,
  messages: 0,
  more: 0,
  nextPoll: 0,
  published: 0,
  detail: 0,
  Accept: 0,
  Prefer: 0,

  // What `debug` reports.
  ms: 0,
};
