// What the client loads on demand; in the bundle, a module of its own.

export { follow, prepare } from './attaching.js';
export { down, probe, renew, retry, settle, tell } from './failing.js';
export { fallback } from './fallback.js';
export { bodyOf } from './payload.js';
export { meet } from './presence.js';
export { doubt, forgive } from './reach.js';
export { catchUp, divide } from './recovery.js';
export { isFinal } from './refusal.js';
export { learn } from './renewal.js';
export { request } from './requests.js';
export { send } from './sending.js';
export { wake } from './waking.js';
