/**
 * Electron's fuses as Gatehouse ships them: what a packed program can do is decided here once, in its binary,
 * and no argument or variable of the environment can change it afterwards.
 */
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire, type FuseV1Config } from '@electron/fuses';

/** Every fuse by its name; one that a later Electron adds makes packing fail until it is decided here. */
export const fuses = {
  /** The binary is no Node interpreter for whoever can set ELECTRON_RUN_AS_NODE. */
  RunAsNode: false,
  EnableCookieEncryption: true,
  /** NODE_OPTIONS and NODE_EXTRA_CA_CERTS are not read. */
  EnableNodeOptionsEnvironmentVariable: false,
  /** No debugger is let in by --inspect. */
  EnableNodeCliInspectArguments: false,
  /** app.asar must be the one that was packed (macOS and Windows). */
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  /** Nothing is loaded from file: addresses, so they have no privileges either. */
  GrantFileProtocolExtraPrivileges: false,
  /** Memory bounds of WebAssembly by the processor; Electron's own choice, no matter of safety. */
  WasmTrapHandlers: true,
} as const satisfies Record<keyof typeof FuseV1Options, boolean>;

const fuseNames = Object.keys(fuses) as readonly (keyof typeof fuses)[];

export interface FuseChoice {
  /** For a build that a test drives: Playwright reaches Electron through its inspector. Never released. */
  readonly isTestArtefact: boolean;
  /** macOS on Apple's processors runs no binary whose signature does not fit, be it only an ad-hoc one. */
  readonly resetAdHocDarwinSignature: boolean;
}

function fuseConfiguration({ isTestArtefact, resetAdHocDarwinSignature }: FuseChoice): FuseV1Config {
  return {
    version: FuseVersion.V1,
    strictlyRequireAllFuses: true,
    resetAdHocDarwinSignature,
    [FuseV1Options.RunAsNode]: fuses.RunAsNode,
    [FuseV1Options.EnableCookieEncryption]: fuses.EnableCookieEncryption,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: fuses.EnableNodeOptionsEnvironmentVariable,
    [FuseV1Options.EnableNodeCliInspectArguments]: isTestArtefact || fuses.EnableNodeCliInspectArguments,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: fuses.EnableEmbeddedAsarIntegrityValidation,
    [FuseV1Options.OnlyLoadAppFromAsar]: fuses.OnlyLoadAppFromAsar,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: fuses.LoadBrowserProcessSpecificV8Snapshot,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: fuses.GrantFileProtocolExtraPrivileges,
    [FuseV1Options.WasmTrapHandlers]: fuses.WasmTrapHandlers,
  };
}

/** The byte of a fuse that is on: the digit 1 in ASCII. */
const on = 49;

/**
 * Flips the fuses in a binary and reads them back. `program` is the binary, or the `.app` folder on macOS.
 * @throws Error when the binary has a fuse nobody decided, or one that did not take.
 */
export async function setFuses(program: string, choice: FuseChoice): Promise<void> {
  const configuration = fuseConfiguration(choice);
  await flipFuses(program, configuration);
  const found = await readFuses(program);
  for (const name of fuseNames) {
    if (found[name] !== configuration[FuseV1Options[name]]) throw new Error(`The fuse ${name} did not take.`);
  }
}

/** Each fuse of a binary by its name. */
export async function readFuses(program: string): Promise<Record<string, boolean>> {
  const wire = await getCurrentFuseWire(program);
  return Object.fromEntries(fuseNames.map((name) => [name, Number(wire[FuseV1Options[name]]) === on]));
}
