#!/usr/bin/env node
// Built into a file of its own, in syntax that any Node can read: everything newer is behind the check.
const needed = 22;

if (Number(process.versions.node.split('.')[0]) < needed) {
  process.stderr.write(
    `promptgate needs Node.js ${needed} or newer; this is ${process.version} (${process.execPath}).\n` +
      'Install a current one from https://nodejs.org.\n',
  );
  process.exitCode = 2;
} else {
  void import('node:module').then(async ({ enableCompileCache }) => {
    // Halves the time to load the rest from the second start on.
    enableCompileCache();
    const { runProcess } = await import('./process.ts');
    await runProcess();
  });
}
