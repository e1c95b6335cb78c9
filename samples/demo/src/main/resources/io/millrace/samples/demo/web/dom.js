// A few helpers for the DOM.

/**
 * Makes an element. Text stays text: nothing is ever parsed as HTML.
 *
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `class`, `data-…` and others; `on…` are listeners
 * @param {...(Node | string)} children
 * @returns {any}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** @param {string} id */
export const byId = (id) => /** @type {any} */ (document.getElementById(id));

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });

/** @param {number | string} time */
export const clock = (time) => CLOCK.format(new Date(time));
