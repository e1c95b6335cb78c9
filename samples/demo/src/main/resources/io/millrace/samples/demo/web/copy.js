// Adds a button to each code excerpt that copies it.

import { el } from './dom.js';

for (const code of document.querySelectorAll('.lines code')) {
  const button = el('button', { type: 'button', class: 'copy' }, 'Copy');
  const said = el('span', { class: 'visually-hidden', role: 'status' });
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(String(code.textContent));
      button.textContent = said.textContent = 'Copied';
    } catch {
      // Without permission, or without TLS on another host, the visitor copies the selection instead.
      getSelection()?.selectAllChildren(code);
      button.textContent = said.textContent = 'Selected';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  });
  code.closest('details')?.querySelector('p')?.before(button, said);
}
