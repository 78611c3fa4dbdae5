/** How queries behave everywhere: the engine says what changed, so nothing is asked again for the passing of time. */
import { QueryClient } from '@tanstack/react-query';
import { ConnectionLostError } from './connection.ts';
import { refusalOf } from './errors.ts';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // The engine is on this machine; the browser's opinion about the network says nothing about it.
        networkMode: 'always',
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
        retry: (failures, error) => {
          if (refusalOf(error) !== null) return false;
          // A call that was cut off waits for the connection by itself; asking again is safe.
          return error instanceof ConnectionLostError ? failures < 10 : failures < 1;
        },
        retryDelay: 300,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}
