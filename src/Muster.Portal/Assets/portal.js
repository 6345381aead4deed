// The little that a page cannot do from the server: theme, clipboard, dialogs, focus, keyboard, downloads.
(() => {
  const root = document.documentElement;
  const stored = localStorage.getItem('muster-theme');
  if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;
  if (localStorage.getItem('muster-keys') === 'off') root.dataset.keys = 'off';

  let invoker = null;
  let leaving = false;
  window.addEventListener('beforeunload', event => { if (leaving) event.preventDefault(); });

  const byId = id => document.getElementById(id);
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;

  window.muster = {
    zone: () => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC',
    ready: circuit => { if (circuit) byId('circuit-id').textContent = circuit; document.body.dataset.ready = 'true'; },
    layout: value => {
      if (value) localStorage.setItem('muster-layout', value);
      return localStorage.getItem('muster-layout') || 'tabbed';
    },
    theme: () => {
      const next = isDark() ? 'light' : 'dark';
      root.dataset.theme = next;
      localStorage.setItem('muster-theme', next);
      return next;
    },
    keys: on => {
      if (on === null) return root.dataset.keys !== 'off';
      localStorage.setItem('muster-keys', on ? 'on' : 'off');
      root.dataset.keys = on ? 'on' : 'off';
      return on;
    },
    copy: async text => {
      try { await navigator.clipboard.writeText(text); return true; } catch { return false; }
    },
    // A dialog may have fields that the page below it has too.
    focus: id => { const target = document.querySelector(`dialog[open] #${CSS.escape(id)}`) ?? byId(id); if (target) { target.focus(); target.scrollIntoView({ block: 'nearest' }); } },
    guard: on => { leaving = on; },
    open: id => {
      const dialog = byId(id);
      if (!dialog || dialog.open) return;
      invoker = document.activeElement;
      dialog.showModal();
      (dialog.querySelector('[data-first]')
        ?? dialog.querySelector('.content :is(input:not([type=radio]), input:checked, select, textarea):enabled'))?.focus();
    },
    // An error summary that took the focus meanwhile keeps it.
    closed: () => {
      if (invoker && document.contains(invoker) && document.activeElement === document.body) invoker.focus();
      invoker = null;
    },
    indeterminate: (id, on) => { const box = byId(id); if (box) box.indeterminate = on; },
    download: async (name, type, stream) => {
      const blob = new Blob([await stream.arrayBuffer()], { type });
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 10000);
    },
  };

  // A fault that ended the connection: the time is told, and an open dialog, which makes all else inert, takes the panel in.
  document.addEventListener('DOMContentLoaded', () => {
    const panel = byId('blazor-error-ui');
    if (!panel) return;
    new MutationObserver((_, observer) => {
      if (panel.style.display !== 'block') return;
      observer.disconnect();
      const time = byId('fault-time');
      time.dateTime = time.textContent = new Date().toISOString();
      document.querySelector('dialog[open]')?.append(panel);
    }).observe(panel, { attributes: true, attributeFilter: ['style'] });
  });
  document.addEventListener('click', async event => {
    if (event.target.closest('[data-reload]')) {
      event.preventDefault();
      location.reload();
    }
    const copier = event.target.closest('[data-copy-fault]');
    if (!copier) return;
    const lines = [...byId('fault').querySelectorAll('dt')].map(term => `${term.textContent}: ${term.nextElementSibling.textContent}`);
    const done = await window.muster.copy([...lines, byId('fault-words').textContent].join('\n'));
    copier.querySelector('span').textContent = done ? 'Copied' : 'Not copied: select the text above';
  });

  // Arrows move through the rows of a table, with Shift they tick them; Ctrl+A ticks the page; Enter on a row's box opens the row.
  const boxOf = row => row?.querySelector('input[type=checkbox]');
  const moved = (event, row) => {
    if (event.altKey) return false;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'a') {
      const all = row.closest('table').querySelector('thead input[type=checkbox]');
      if (all && !all.checked) all.click();
      return !!all;
    }
    if (event.ctrlKey || event.metaKey) return false;
    if (event.key === 'Enter' && event.target === boxOf(row)) {
      const open = row.querySelector('a.id, [role=rowheader] :is(a, button)');
      open?.click();
      return !!open;
    }
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return false;
    const other = event.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
    const next = boxOf(other) ?? other?.querySelector('a, button');
    if (!next) return false;
    if (event.shiftKey) [boxOf(row), boxOf(other)].forEach(box => { if (box && !box.checked) box.click(); });
    next.focus();
    return true;
  };

  // Letters act only outside fields, and only while they are switched on. A page marks its targets with data-key.
  let prefix = '';
  document.addEventListener('keydown', event => {
    const typing = event.target.closest?.('input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]');
    const save = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's';
    const find = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k';
    const target = name => document.querySelector(`[data-key="${name}"]:not([disabled]):not([aria-disabled="true"])`);
    // What an open dialog covers is out of reach of the keyboard too.
    const saver = save && (document.querySelector('dialog[open]') ?? document).querySelector('[data-key="save"]:not([disabled])');
    if (saver) {
      // A field tells what was typed when it is left. The server, which hears that first, knows then whether there is something to save.
      const field = document.activeElement;
      event.preventDefault();
      field?.blur();
      field?.focus();
      saver.click();
      return;
    }
    if (find && target('/')) { event.preventDefault(); target('/').focus(); return; }
    if (document.querySelector('dialog[open]')) return;
    if (event.target.matches?.('[role=tab]') && ['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) {
      const tabs = [...event.target.closest('[role=tablist]').querySelectorAll('[role=tab]')];
      const at = tabs.indexOf(event.target);
      const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: tabs.length - 1 }[event.key];
      const tab = tabs[(next + tabs.length) % tabs.length];
      event.preventDefault();
      tab.focus();
      tab.click();
      return;
    }
    const row = !typing && event.target.type !== 'radio' && event.target.closest?.('tbody tr');
    if (row && moved(event, row)) { event.preventDefault(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || root.dataset.keys === 'off') return;
    if (event.key === '/' && target('/')) { event.preventDefault(); target('/').focus(); return; }
    if (event.key === 'Delete') { target('delete')?.click(); return; }
    if (prefix === 'g') { prefix = ''; target('g ' + event.key)?.click(); return; }
    if (event.key === 'g') { prefix = 'g'; setTimeout(() => { prefix = ''; }, 1500); return; }
    if (event.key === 'n' || event.key === '?' || event.key === 'p') target(event.key)?.click();
  });

  document.addEventListener('click', event => {
    // The router takes links within a page for itself and leaves the focus where it was.
    if (event.target.closest('a.skip')) {
      event.preventDefault();
      byId('main').focus();
      return;
    }
    if (event.target.closest('[data-toggle-nav]')) document.body.classList.toggle('nav-open');
    else if (event.target.closest('.side a, .veil')) document.body.classList.remove('nav-open');
    document.querySelectorAll('details.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener('keyup', event => {
    if (event.key !== 'Escape') return;
    document.body.classList.remove('nav-open');
    document.querySelectorAll('details.menu[open]').forEach(menu => { menu.open = false; menu.querySelector('summary').focus(); });
  });
})();
