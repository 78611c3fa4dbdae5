/** Called by electron-builder when a program is packed and before it is signed. */
import { join } from 'node:path';
import { Arch, LinuxPackager, type AfterPackContext } from 'electron-builder';
import { setFuses } from './fuses.ts';

/** electron-builder finds the hook by this name. */
export async function afterPack({ appOutDir, arch, electronPlatformName, packager }: AfterPackContext): Promise<void> {
  const isMac = electronPlatformName === 'darwin';
  await setFuses(join(appOutDir, programName(isMac, packager)), {
    isTestArtefact: process.env.GATEHOUSE_TEST_ARTEFACT === '1',
    resetAdHocDarwinSignature: isMac && arch === Arch.arm64,
  });
}

function programName(isMac: boolean, packager: AfterPackContext['packager']): string {
  if (packager instanceof LinuxPackager) return packager.executableName;
  return `${packager.appInfo.productFilename}${isMac ? '.app' : '.exe'}`;
}
