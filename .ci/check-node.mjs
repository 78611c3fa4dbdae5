/**
 * Says in one sentence what is wrong when a command would run on a Node that cannot run it. Plain
 * JavaScript, because an older Node cannot read anything else here.
 */
const oldest = 24;
const major = Number(process.versions.node.split('.')[0]);

if (major < oldest) {
  console.error(
    `Gatehouse needs Node ${oldest} and this is ${process.versions.node}. "npm ci" installs the right one beside the ` +
      `other packages (optionalDependencies, for ${process.platform}-${process.arch}); commands started with "npm run" use it.`,
  );
  process.exit(1);
}
