// Takes the place of src/later.js: the wrapper loads the other module, which shares the names of this one.
import { FIRST_FRAME } from './constants.js';
import { failure } from './failure.js';

/** @type {any} */
let parts;
/** @type {Promise<any> | undefined} */
let loading;
/** Some browsers remember that a module could not be loaded; under another URL they try again. */
let tries = 0;

export const loaded = () => parts;

/** @param {any} those */
export const provide = (those) => (parts = those);

/** An import has no time limit, and the network may have gone while it waited. */
const limited = () =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, FIRST_FRAME, { message: 'no answer' });
    rest(tries ? `?${tries}` : '').then(resolve, reject).finally(() => clearTimeout(timer));
  });

export const more = () =>
  (loading ??= limited().then(() => parts, (error) => {
    loading = undefined;
    tries++;
    throw failure(`A part of the client cannot be loaded: ${error.message}`, { code: 'not-loaded' });
  }));

/**
 * Runs what needs it: at once if it is loaded, otherwise then.
 * @param {(parts: any) => void} run
 * @param {(error: any) => void} [failed] if it cannot be loaded, or if `run` fails then
 */
export const later = (run, failed = () => {}) => {
  if (parts) run(parts);
  else more().then(run).catch(failed);
};
