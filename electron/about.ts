/** What the About says: the versions of Gatehouse and of what it runs on. */
import type { Needs } from './electron-module.ts';

/** @param database with its version; null: the engine has not said it yet */
export function tellVersions({ app }: Needs<'app'>, database: string | null, platform = process.platform): void {
  const { electron, chrome, node } = process.versions;
  const named = [
    `Electron ${electron}`,
    `Chromium ${chrome}`,
    `Node ${node}`,
    ...(database === null ? [] : [database]),
  ];
  const versions = named.join('\n');
  app.setAboutPanelOptions({
    applicationName: 'Gatehouse',
    applicationVersion: app.getVersion(),
    // On Linux the panel has no credits, and nothing else takes several lines. `version` would be the build's number.
    ...(platform === 'linux' ? { copyright: versions } : { credits: versions }),
  });
}
