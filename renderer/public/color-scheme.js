/* Sets the chosen colours before the first paint. The content security policy allows no inline script. */
(function () {
  var chosen = null;
  try {
    chosen = localStorage.getItem('gatehouse-colors');
  } catch (_refused) {
    chosen = null; // Storage is closed to this page: follow the system.
  }
  var dark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
