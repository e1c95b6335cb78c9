import { failure } from './failure.js';

/** @type {Promise<typeof import('./later/index.js')> | undefined} */
let loading;

/**
 * What a page needs only later, or not at all; loaded once. If that fails, whoever needs it may try again. In the
 * bundle, bundle/later.js takes the place of this file.
 */
export const more = () =>
  (loading ??= import('./later/index.js').catch((error) => {
    loading = undefined;
    throw failure(`A part of the client cannot be loaded: ${error.message}`, { code: 'not-loaded' });
  }));
