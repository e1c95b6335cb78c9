// Who the visitor is. The server knows it by a cookie; all pages of one browser are the same visitor.

/** @type {BroadcastChannel | undefined} */
const pages = globalThis.BroadcastChannel && new BroadcastChannel('millrace visitor');

/** @param {string} path @param {object} [body] */
async function ask(path, body) {
  const response = await fetch(path, {
    method: body && 'POST',
    headers: body && { 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const answer = response.status == 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.detail ?? 'The server cannot do that now. Try again later.'), {
    status: response.status,
  });
}

/** The visitor's name; empty for a guest. @returns {Promise<string>} */
export const look = async () => (await ask('/me')).name ?? '';

/** @param {string} wanted @returns {Promise<string>} the name as the server writes it */
export async function signIn(wanted) {
  const { name } = await ask('/sign-in', { name: wanted });
  pages?.postMessage(name);
  return name;
}

/** Another page is about to sign the visitor out: no page signs in again when the server ends its session. */
let leaving = false;

/** Whether a page may sign the visitor in again, because the server has forgotten the session. */
export const mayReturn = () => !leaving;

export async function signOut() {
  pages?.postMessage(null);
  try {
    await ask('/sign-out', {});
    pages?.postMessage('');
  } catch (error) {
    look().then((name) => pages?.postMessage(name), () => {});
    throw error;
  }
}

/** @param {(name: string) => void} changed called when the visitor has signed in or out on another page */
export const onOtherPages = (changed) =>
  pages?.addEventListener('message', ({ data }) => {
    leaving = data === null;
    if (!leaving) changed(data);
  });
