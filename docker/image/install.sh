#!/bin/sh
# In the build of an image: installs what the named workspaces need at run time, and nothing else,
# as the lock file of the project has it, and writes the bill of materials.
# usage, in the folder of the root package.json: [PEERS='NAME…'] install.sh IMAGE [WORKSPACE…]
# PEERS are packages that shared leaves to whoever uses it, for an image without a workspace of its own.
set -eu
image=$1
shift

# The root as it would be with these workspaces alone. Of the packages that shared leaves to whoever
# uses them, a service lists its own (a test of the architecture sees to that); npm would install those
# of all services.
node - "$image" "$@" << 'SCRIPT'
const { readFileSync, writeFileSync } = require('node:fs');
const [image, ...workspaces] = process.argv.slice(2);
const peers = (process.env.PEERS ?? '').split(' ').filter((name) => name !== '');
const change = (file, changes) => {
  const all = { ...JSON.parse(readFileSync(file, 'utf8')), ...changes };
  writeFileSync(file, `${JSON.stringify(all, null, 2)}\n`);
};
const none = { devDependencies: undefined, scripts: undefined, allowScripts: undefined };
change('package.json', { ...none, name: `triad-${image}`, workspaces: ['shared', ...workspaces] });
const peerDependencies = Object.fromEntries(peers.map((name) => [name, '*']));
change('shared/package.json', { peerDependencies, peerDependenciesMeta: undefined });
SCRIPT

npm ci --omit=dev --ignore-scripts --no-audit --no-fund

# What only people and compilers read, and the packages' own tests. Node runs no TypeScript of packages.
find node_modules -type f \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' \
  -o -name '*.test.js' -o -name '*.test.cjs' -o -name '*.test.mjs' \) -delete
find node_modules -regextype posix-extended -type d \
  -regex '(.*/)?node_modules/(@[^/]+/)?[^/@]+/(test|tests|__tests__)' -prune -exec rm -rf {} +

npm sbom --omit dev --sbom-format cyclonedx --sbom-type application > sbom.cdx.json
# The lock file speaks of packages that are not here.
rm package-lock.json install.sh
