/** `npm run handover -- NAME`: shows a first password that is kept in this machine's keychain once, and removes it there. */
import { parseArgs } from 'node:util';
import { GatehouseError } from '#core/domain/errors.ts';
import { createKeychainSecretStore } from '#core/secrets/keychain-secret-store.ts';
import { runTool } from './arguments.ts';

const help = `Usage: npm run handover -- NAME [options]

  NAME    the first password, as the evidence of its request names it: initial-password:…
  --help  this text
`;

await runTool(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    process.stdout.write(help);
    return;
  }
  const [name, ...others] = positionals;
  // Nothing else in the keychain is shown by this tool.
  if (name === undefined || others.length > 0 || !/^initial-password:[0-9a-f-]{36}$/.test(name))
    throw new GatehouseError(
      'arguments',
      'Say which first password, as the evidence of the request names it: npm run handover -- initial-password:…',
    );
  if (!process.stdout.isTTY)
    throw new GatehouseError('arguments', 'A password is only shown on a terminal, not written to a file or a pipe.');
  const secrets = createKeychainSecretStore();
  const password = (await secrets.read(name))?.['password'];
  if (password === undefined)
    throw new GatehouseError(
      'handover.notFound',
      `The keychain of this machine has no ${name}: it was handed over already, or it is on the machine that the evidence names.`,
    );
  process.stdout.write(`${password}\n`);
  await secrets.remove(name);
});
