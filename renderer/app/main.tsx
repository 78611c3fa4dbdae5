/** The console's entry. The subscription to changes goes out before the first question, so that no change is missed. */
import '@fontsource-variable/inter/wght.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './theme.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { connection } from '#renderer/data/connection.ts';
import { followChanges } from '#renderer/data/live.ts';
import { createQueryClient } from '#renderer/data/query-client.ts';
import { colourManager } from './colours.ts';
import { createAppRouter } from './router.tsx';
import { theme } from './theme.ts';

const queryClient = createQueryClient();
const router = createAppRouter();

// The files of this console were replaced by a newer one while the window was open: take the new ones, once.
window.addEventListener('vite:preloadError', (event) => {
  const reloadedFor = 'gatehouse-reloaded-for';
  const address = `${location.href} ${new Date().toISOString().slice(0, 16)}`;
  if (sessionStorage.getItem(reloadedFor) === address) return;
  sessionStorage.setItem(reloadedFor, address);
  event.preventDefault();
  location.reload();
});

connection.start();
void followChanges(queryClient);

const container = document.getElementById('root');
if (container === null) throw new Error('The page has no place for the console.');
createRoot(container).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto" colorSchemeManager={colourManager}>
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-center" limit={4} />
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
