// Takes the place of src/later.js: the wrapper loads the other module, which shares the names of this one.
import { failure } from './failure.js';

/** @type {any} */
let parts;
/** @type {Promise<any> | undefined} */
let loading;
/** Some browsers remember that a module could not be loaded; under another URL they try again. */
let tries = 0;

/** @param {any} those */
export const provide = (those) => (parts = those);

export const more = () =>
  (loading ??= rest(tries ? `?${tries}` : '').then(() => parts, (error) => {
    loading = undefined;
    tries++;
    throw failure(`A part of the client cannot be loaded: ${error.message}`, { code: 'not-loaded' });
  }));
