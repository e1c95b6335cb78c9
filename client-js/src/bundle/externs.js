/**
 * @fileoverview What the compiler must not rename: names that applications, transports and the wire use. All
 * other properties get short names.
 * @externs
 */

/** Takes the exports out of the bundle; see build.xml. */
var exported;

/** Stands for `import`, which the compiler cannot write; see build.xml. */
var load;

/** Loads the module that is needed later; see build.xml. */
var rest;

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
  replaces: 0,
  from: 0,
  missed: 0,
  presence: 0,
  members: 0,
  count: 0,
  joined: 0,
  left: 0,
  user: 0,
  info: 0,
  id: 0,

  // Options.
  transports: 0,
  token: 0,
  maxRate: 0,
  credentials: 0,
  minDelay: 0,
  maxDelay: 0,
  headStart: 0,
  timeout: 0,
  maxUnsent: 0,
  maxTries: 0,
  maxHeld: 0,
  share: 0,
  locks: 0,
  BroadcastChannel: 0,
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
  client: 0,
  options: 0,
  url: 0,
  request: 0,
  frame: 0,
  down: 0,
  send: 0,
  after: 0,

  // The wire: docs/protocol.md.
  type: 0,
  expires: 0,
  now: 0,
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

  // Between pages, and between the two modules: shared.js.
  to: 0,
  steal: 0,
  become: 0,
  emit: 0,

  // What `debug`, `trace` and `on('transport')` report.
  ms: 0,
  trace: 0,
  what: 0,
  why: 0,
  took: 0,
};
