/** Packs the built program for Linux on a stand-in distribution of Electron, as it would be for people. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeStandInDistribution } from './stand-in-distribution.ts';

const root = join(import.meta.dirname, '../..');

export interface Packed {
  /** The folder that people would get. */
  readonly program: string;
  readonly binary: string;
  readonly archive: string;
}

/** @param folder of whoever asks: the distribution and what is packed lie in it */
export async function packOnStandIn(folder: string): Promise<Packed> {
  makeStandInDistribution(join(folder, 'electron'));
  const builder = join(root, 'node_modules/electron-builder/cli.js');
  const settings = [`electronDist=${join(folder, 'electron')}`, `directories.output=${join(folder, 'out')}`];
  const options = ['--linux', 'dir', '--x64', ...settings.map((setting) => `-c.${setting}`)];
  await promisify(execFile)(process.execPath, [builder, ...options], { cwd: root });
  const program = join(folder, 'out', 'linux-unpacked');
  return { program, binary: join(program, 'gatehouse'), archive: join(program, 'resources', 'app.asar') };
}
