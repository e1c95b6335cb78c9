// A button on each excerpt that copies it.

import { el } from './dom.js';

for (const code of document.querySelectorAll('.lines code')) {
  const button = el('button', { type: 'button', class: 'copy' }, 'Copy');
  const said = el('span', { class: 'visually-hidden', role: 'status' });
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(String(code.textContent));
      button.textContent = said.textContent = 'Copied';
    } catch {
      // Without leave, or TLS on a host that is not this one, the visitor copies what is selected.
      getSelection()?.selectAllChildren(code);
      button.textContent = said.textContent = 'Selected';
    }
    setTimeout(() => (button.textContent = 'Copy'), 2000);
  });
  code.closest('details')?.querySelector('p')?.before(button, said);
}
