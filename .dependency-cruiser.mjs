/**
 * Which room may import from which, as errors. The table below is the design's rule "imports point one
 * way"; a new folder in core has no rights until it is entered here. Run with `npm run layers`.
 */

/** Facts and rules, then the work done with them: these rooms lie side by side between engine and host. */
const work = ['commands', 'queries', 'directory', 'fulfillment', 'audit'];
/** Doors to the outside world. They know the domain's words and nothing of the rules. */
const doors = ['persistence', 'secrets', 'connectors'];
/** `workspace` is how the parts of an open workspace see each other: types, built by the host and handed in. */
const beneathHost = ['domain', 'engine', 'contract', 'workspace', 'resources', ...work, ...doors];
/** What answers a contract, carries it, and fills a first workspace. */
const hosted = ['procedures', 'transports', 'sample'];

/** Room of core -> the rooms of core it may import, besides itself. Tests beside the code are free of it. */
const rooms = {
  domain: [],
  engine: ['domain'],
  contract: ['domain'],
  persistence: ['domain'],
  secrets: ['domain'],
  connectors: ['domain'],
  ...Object.fromEntries(work.map((room) => [room, beneathHost])),
  /** What time brings about. */
  reviews: ['domain', 'engine', 'commands', 'persistence'],
  workspace: beneathHost,
  procedures: beneathHost,
  transports: ['domain', 'contract', 'workspace'],
  sample: beneathHost,
  /** Where the files lie that are read as they are. */
  resources: [],
  'change-feed': ['domain', 'persistence', 'workspace'],
  log: ['contract'],
  host: [...beneathHost, ...hosted, 'reviews', 'change-feed', 'log'],
  cli: [...beneathHost, ...hosted, 'host', 'log'],
  bench: [...beneathHost, ...hosted, 'reviews', 'host', 'cli', 'log', 'testing'],
  testing: [...beneathHost, ...hosted, 'reviews', 'host', 'cli', 'log'],
};

/** A test, which may look behind the walls of core and use core/testing. */
const test = String.raw`\.test\.tsx?$`;
/** The folder core/<room>/ or the file core/<room>.ts. */
const room = (/** @type {readonly string[]} */ ...names) => String.raw`^core/(${names.join('|')})(/|\.ts$)`;
/** An installed package, resolved or not. */
const installed = (/** @type {readonly string[]} */ ...names) => `(^|node_modules/)(${names.join('|')})(/|$)`;

const roomRules = Object.entries(rooms).map(([name, allowed]) => ({
  name: `core-${name}`,
  comment: `core/${name} may import ${allowed.length === 0 ? 'nothing of Gatehouse' : allowed.join(', ')}.`,
  from: { path: room(name), pathNot: test },
  to: { path: '^(core|renderer|electron|e2e)/', pathNot: room(name, ...allowed) },
}));

/** @type {readonly { name: string; comment: string; from: object; to: object }[]} */
const rules = [
  ...roomRules,
  {
    name: 'core-unknown-room',
    comment: 'This folder of core is not in the table of .dependency-cruiser.mjs yet: decide what it may import.',
    from: { path: '^core/', pathNot: [room(...Object.keys(rooms)), test] },
    to: { path: '^(core|renderer|electron|e2e)/' },
  },
  {
    name: 'pure-rooms-do-no-io',
    comment:
      'domain, engine and contract are pure: no Node module, because the renderer reads them and replays them too.',
    from: { path: room('domain', 'engine', 'contract'), pathNot: test },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'contract-packages',
    comment: 'The contract is schemas and procedures: zod and @orpc/contract are all it needs.',
    from: { path: room('contract'), pathNot: test },
    to: { pathNot: ['^core/', installed('zod', '@orpc/contract')] },
  },
  {
    name: 'migrations-stand-alone',
    comment: 'A migration is frozen once released; what it imported could change under it.',
    from: { path: '^core/persistence/migrations/(sqlite|postgres)/', pathNot: test },
    to: { path: '^(core|renderer|electron|e2e)/' },
  },
  {
    name: 'connectors-do-not-know-each-other',
    comment: 'Each connector stands alone on the contract and the runtime.',
    from: { path: '^core/connectors/([^/]+)/', pathNot: test },
    to: { path: '^core/connectors/([^/]+)/', pathNot: '^core/connectors/$1/' },
  },
  {
    name: 'core-without-screen',
    comment: 'core runs in plain Node: no Electron, no React.',
    from: { path: '^core/' },
    to: { path: installed('electron', 'react', 'react-dom', '@mantine', '@tanstack') },
  },
  {
    name: 'core-knows-no-shell',
    comment: 'Nothing in core, its tests included, imports a screen or a shell.',
    from: { path: '^core/' },
    to: { path: '^(renderer|electron|e2e)/' },
  },
  {
    name: 'renderer-imports-the-contract',
    comment: 'A renderer sees core only through core/contract, which re-exports the words it needs.',
    from: { path: '^renderer/' },
    to: { path: '^(core|electron|e2e)/', pathNot: room('contract') },
  },
  {
    name: 'renderer-without-node',
    comment: 'The renderer runs in a sandbox: no Node module.',
    from: { path: '^renderer/', pathNot: [test, String.raw`\.config\.ts$`] },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'renderer-without-electron',
    comment: 'The same console runs in a browser: Electron is behind the transport.',
    from: { path: '^renderer/' },
    to: { path: installed('electron') },
  },
  {
    name: 'features-do-not-import-each-other',
    comment: 'What two features share belongs in renderer/ui or renderer/app.',
    from: { path: '^renderer/features/([^/]+)/' },
    to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
  },
  {
    name: 'ui-without-data',
    comment: 'renderer/ui holds primitives: it knows no feature, no route and no data access.',
    from: { path: '^renderer/ui/' },
    to: {
      path: ['^renderer/(app|features)/', installed('@orpc', '@tanstack/react-query', '@tanstack/react-router')],
    },
  },
  {
    name: 'electron-imports-the-contract',
    comment: 'The shell is thin: only its engine process opens core/host.',
    from: { path: '^electron/', pathNot: [test, '^electron/engine-process'] },
    to: { path: '^(core|renderer|e2e)/', pathNot: room('contract') },
  },
  {
    name: 'engine-process-opens-the-host',
    comment: 'The engine process opens core/host and serves the contract on ports, as core/cli does on a socket.',
    from: { path: '^electron/engine-process', pathNot: test },
    to: {
      path: '^(core|renderer|e2e)/',
      pathNot: room('contract', 'host', 'log', 'procedures', 'transports', 'workspace'),
    },
  },
  {
    name: 'testing-is-for-tests',
    comment: 'core/testing never reaches a product: only tests, benchmarks and itself may import it.',
    from: { pathNot: [test, '^core/(testing|bench)/', '^e2e/'] },
    to: { path: '^core/testing/' },
  },
  {
    name: 'no-cycles',
    comment: 'A cycle means that two modules are one. Types count too.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    comment: 'An import that leads nowhere cannot be checked.',
    from: {},
    to: { couldNotResolve: true, pathNot: installed('electron') },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  // Every rule is an error: a warning is a rule nobody keeps.
  forbidden: rules.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|node_modules/[.]cache)/' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
