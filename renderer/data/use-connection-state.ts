/** The state of the connection to the engine, for screens that show it. */
import { useSyncExternalStore } from 'react';
import { connection, type ConnectionState } from './connection.ts';

export function useConnectionState(): ConnectionState {
  return useSyncExternalStore(connection.subscribe, () => connection.state);
}
