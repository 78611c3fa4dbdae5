import { expect, it } from 'vitest';
import { connectors } from '#core/connectors/registry.ts';
import { hostsIn } from './connected-hosts.ts';

const known = [...connectors.values()].map(({ description }) => description);

it('names the hosts of the https addresses in connections, each once, and nothing else of them', () => {
  const connections = [
    { connector: 'ticket', configuration: { baseUrl: 'https://Jira.example/rest', summary: 'https://not.example' } },
    { connector: 'scim', configuration: { baseUrl: 'https://scim.example:8443/v2', tokenUrl: 'https://jira.example' } },
    { connector: 'scim', configuration: { baseUrl: 'http://127.0.0.1:9/scim' } },
    { connector: 'ldap', configuration: { address: 'ldaps://ldap.example' } },
    { connector: 'postgres', configuration: { address: 7 } },
    { connector: 'removed', configuration: { baseUrl: 'https://removed.example' } },
  ];
  expect(hostsIn(connections, known)).toEqual(['jira.example', 'scim.example:8443']);
  expect(hostsIn([], known)).toEqual([]);
});
