/**
 * What every connector must do, proved against a real application. A connector's tests hand in a harness
 * that can make things in the application by another way than the connector; each case starts with a fresh one.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contractCases } from './contract-cases.ts';
import { never, prepare, readHeld, type ContractHarness, type ContractOptions, type Open } from './contract-harness.ts';

export { pagesOf, type ContractHarness } from './contract-harness.ts';

/** Registers the suite. `start` gives each case a harness; servers behind it may be shared. */
export function describeConnectorContract(
  name: string,
  options: ContractOptions,
  start: () => Promise<ContractHarness>,
): void {
  const cases = contractCases.filter((entry) => entry.needs.every((ability) => options.abilities.includes(ability)));
  describe(`the contract of connectors, kept by ${name}`, () => {
    let harness: ContractHarness;
    beforeEach(async () => {
      harness = await start();
    });
    afterEach(async () => {
      await harness.connector.close();
      await harness.close();
    });

    it.each(cases)('$title', async ({ check }) => {
      expect.hasAssertions();
      await check(harness, harness.connector as Open);
    });

    it.each(options.names)('grants, reads, finds and revokes %j', async (entitlementName) => {
      const connector = harness.connector as Open;
      const grant = await prepare(harness, entitlementName);
      expect((await connector.grant(grant, never)).kind).toBe('applied');
      expect(await readHeld(connector, grant)).toBe(true);
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([grant.accountExternalId]);
      expect((await connector.revoke(grant, never)).kind).toBe('applied');
      expect(await harness.holdersOf(grant.entitlementExternalId)).toEqual([]);
    });
  });
}
