/** Jira behind a proxy, with a connection as a person saves it after choosing the system in the form. */
import { ticketFields } from '#core/connectors/ticket/configuration.ts';
import type { System } from '#core/connectors/ticket/presets.ts';
import { jiraAccount, startJiraServer, type JiraServer } from './jira-server.ts';
import { startScriptedProxy, type ScriptedProxy } from './scripted-proxy.ts';

/** What the form is filled with when this system is chosen. */
export function filledFor(system: System): Readonly<Record<string, string | number>> {
  const chosen = ticketFields.flatMap((field): [string, string | number][] => {
    const value = field.name === 'system' ? system : (field.initialWhen?.values[system] ?? field.initial);
    return value === undefined || value === '' ? [] : [[field.name, value]];
  });
  return Object.fromEntries(chosen);
}

export interface JiraTestbed {
  readonly server: JiraServer;
  readonly proxy: ScriptedProxy;
  readonly configuration: Readonly<Record<string, string | number>>;
  readonly secrets: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startJiraTestbed(kind: 'cloud' | 'dataCenter' = 'cloud'): Promise<JiraTestbed> {
  const server = await startJiraServer(kind);
  const proxy = await startScriptedProxy(server.baseUrl);
  return {
    server,
    proxy,
    configuration: {
      ...filledFor(kind === 'cloud' ? 'jiraCloud' : 'jiraDataCenter'),
      baseUrl: proxy.baseUrl,
      project: 'ACCESS',
      username: jiraAccount.username,
      timeoutSeconds: 2,
    },
    secrets: kind === 'cloud' ? { password: jiraAccount.password } : { token: jiraAccount.password },
    async close() {
      await proxy.close();
      await server.close();
    },
  };
}
