/**
 * Checks that imports point one way (the rules are in .dependency-cruiser.mjs) and that the check saw
 * the code at all: without its parser, dependency-cruiser reads no TypeScript and finds nothing wrong.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cruise, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';

const folders = ['core', 'renderer', 'electron', 'e2e'];

/** Below this many modules something is wrong with the check itself. Raise it as the house grows. */
const fewestModules = 150;

export interface LayerReport {
  readonly modules: number;
  readonly imports: number;
  /** One sentence each; empty when everything is in order. */
  readonly problems: readonly string[];
}

/**
 * Reads every source file under `root` and judges its imports.
 * @param minimum the number of modules that must have been read at the least
 */
export async function checkLayers(root: string, minimum: number = fewestModules): Promise<LayerReport> {
  const present = folders.filter((folder) => existsSync(join(root, folder)));
  const onDisk = present.flatMap((folder) => sourceFiles(root, folder));
  const { default: configuration } = (await import(
    pathToFileURL(resolve(import.meta.dirname, '../.dependency-cruiser.mjs')).href
  )) as { readonly default: { readonly forbidden: IFlattenedRuleSet['forbidden']; readonly options: object } };

  const { enhancedResolveOptions, ...options } = configuration.options as { readonly enhancedResolveOptions: object };
  const { output } = await cruise(
    present,
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden: configuration.forbidden } } as never,
    { ...enhancedResolveOptions, bustTheCache: true } as never,
  );
  if (typeof output === 'string') throw new Error('dependency-cruiser answered with text instead of its findings.');

  const ours = output.modules.filter((module) => onDisk.includes(module.source));
  const imports = ours.reduce((sum, module) => sum + module.dependencies.length, 0);
  return {
    modules: ours.length,
    imports,
    problems: [...blindness(ours, imports, onDisk, minimum), ...breaches(output)],
  };
}

function blindness(
  read: ICruiseResult['modules'],
  imports: number,
  onDisk: readonly string[],
  minimum: number,
): readonly string[] {
  const sources = new Set(read.map((module) => module.source));
  const missed = onDisk.filter((file) => !sources.has(file));
  const problems: string[] = [];
  if (read.length < minimum) {
    problems.push(`Only ${read.length} modules were read, at least ${minimum} are expected: is @swc/core installed?`);
  }
  if (missed.length > 0) {
    problems.push(`${missed.length} files were not read, among them ${missed.slice(0, 3).join(', ')}.`);
  }
  if (read.length > 1 && imports === 0) {
    problems.push('Not one import was found in the modules that were read: is @swc/core installed?');
  }
  return problems;
}

function breaches(result: ICruiseResult): readonly string[] {
  const comments = new Map((result.summary.ruleSetUsed?.forbidden ?? []).map((rule) => [rule.name, rule.comment]));
  return result.summary.violations.map((violation) => {
    const way = violation.cycle?.map((step) => step.name).join(' -> ') ?? violation.to;
    return `${violation.from} -> ${way}\n    ${violation.rule.name}: ${comments.get(violation.rule.name) ?? ''}`;
  });
}

function sourceFiles(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((file) => !/(^|\/)(node_modules|dist)\//.test(file));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { minimum: { type: 'string' } } });
  const minimum = values.minimum === undefined ? fewestModules : Number(values.minimum);
  const report = await checkLayers(process.cwd(), minimum);
  for (const problem of report.problems) console.error(problem);
  console.log(`${report.modules} modules, ${report.imports} imports, ${report.problems.length} problems`);
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}
