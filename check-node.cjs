/**
 * Ends a script with one line when this is not the Node that package.json names. Plain JavaScript, which an old Node runs:
 * the scripts themselves are TypeScript, which only a new one does.
 */
'use strict';

const fs = require('node:fs');
const wanted = Number(/\d+/.exec(require('./package.json').devDependencies.node)[0]);

if (Number.parseInt(process.versions.node, 10) < wanted) {
  console.error(problem());
  process.exit(1);
}

function problem() {
  if (!fs.existsSync(`${__dirname}/node_modules/node`)) return 'Run npm install first.';
  const start = `Node ${wanted} is needed, and this is ${process.version}.`;
  if (!fs.existsSync(`${__dirname}/node_modules/node/bin/node`))
    return `${start} npm install did not put it into node_modules, because it skipped install scripts: run npm rebuild node --ignore-scripts=false`;
  return `${start} Start it with npm run, which uses the one in node_modules.`;
}
