/**
 * What every connector must do, proved against a real application. A connector's tests hand in a harness
 * that can make things in the application by another way than the connector; each case starts with a fresh one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capabilitiesOf } from './connector.ts';
import { contractCases } from './contract-cases.ts';
import { hardCases } from './contract-hard-cases.ts';
import { ticketCases } from './contract-ticket-cases.ts';
import type { Ability, ContractHarness, ContractOptions, Open, TicketHarness } from './contract-harness.ts';

export { pagesOf, type ContractHarness, type OpenSettings } from './contract-harness.ts';

const allCases = [...contractCases, ...hardCases, ...ticketCases];

/** Registers the suite. `start` gives each case a harness; servers behind it may be shared. */
export function describeConnectorContract(
  name: string,
  options: ContractOptions,
  start: () => Promise<ContractHarness | TicketHarness>,
): void {
  // Whoever finds no accounts has none: their grants are things to do for people.
  const finds = options.capabilities.some((capability) => capability === 'createAccount' || capability === 'discover');
  const abilities: readonly Ability[] = [...options.capabilities, ...(finds ? (['findAccount'] as const) : [])];
  const lacking = (needs: readonly Ability[]) => needs.filter((ability) => !abilities.includes(ability));
  const cases = allCases.filter(({ needs }) => lacking(needs).length === 0);

  describe(`the contract of connectors, kept by ${name}`, () => {
    let harness: ContractHarness;
    let connector: Open;
    beforeEach(async () => {
      // Only cases of connectors that have the abilities ask for the rest.
      harness = (await start()) as ContractHarness;
      connector = harness.open() as Open;
    });
    afterEach(async () => {
      await connector.close();
      await harness.close();
    });

    // `$title` would be cut off.
    it.each(cases.map((entry) => [entry.title, entry] as const))('%s', { timeout: 180_000 }, async (_title, entry) => {
      expect.hasAssertions();
      await entry.check(harness, connector, options);
    });

    it(`has the abilities it is described with, and is asked for ${cases.length} of ${allCases.length} cases by them`, () => {
      expect(capabilitiesOf(connector)).toEqual(options.capabilities);
      const leftOut = allCases.filter((entry) => !cases.includes(entry));
      const couldBeAsked = leftOut.filter(({ needs }) =>
        lacking(needs).some((name_) => connector[name_] !== undefined),
      );
      expect(couldBeAsked.map(({ title }) => title)).toEqual([]);
      const writes = options.capabilities.some((name_) => name_ === 'grant' || name_ === 'revoke');
      expect(!writes || options.capabilities.includes('read')).toBe(true);
    });
  });
}
