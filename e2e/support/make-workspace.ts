/** Makes a workspace without a window: `node make-workspace.ts sample DIR`, for specs that begin after the first start. */
import { newId } from '#core/domain/ids.ts';
import { openWorkspace } from '#core/host.ts';

const [kind, directory] = process.argv.slice(2);
if (kind !== 'sample' || directory === undefined) throw new Error('Say which workspace to make, and where.');
const workspace = await openWorkspace({ directory });
const made = await workspace.createSample(newId());
if (made.outcome === 'refused') throw new Error(made.refusal.message);
await workspace.fulfillment.idle();
await workspace.close();
