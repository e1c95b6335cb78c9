// What the client loads on demand; in the bundle, a module of its own.

export { fallback } from './fallback.js';
export { Presence } from './presence.js';
export { blame, doubt, explain, reach } from './reach.js';
export { catchUp, divide, prove } from './recovery.js';
export { plan } from './renewal.js';
export { request } from './requests.js';
export { send } from './sending.js';
