import { failure } from './failure.js';

/** @typedef {typeof import('./later/index.js')} Parts */

/** @type {Parts | undefined} */
let parts;
/** @type {Promise<Parts> | undefined} */
let loading;

/** What is loaded already. */
export const loaded = () => parts;

/**
 * What a page needs only when something fails, or not at all; loaded once. If that fails, whoever needs it may try
 * again. In the bundle, bundle/later.js takes the place of this file.
 */
export const more = () =>
  (loading ??= import('./later/index.js').then(
    (those) => (parts = those),
    (error) => {
      loading = undefined;
      throw failure(`A part of the client cannot be loaded: ${error.message}`, { code: 'not-loaded' });
    },
  ));

/**
 * Runs what needs it: at once if it is loaded, otherwise then.
 * @param {(parts: Parts) => void} run
 * @param {(error: any) => void} [failed] if it cannot be loaded, or if `run` fails then
 */
export const later = (run, failed = () => {}) => {
  if (parts) run(parts);
  else more().then(run).catch(failed);
};
