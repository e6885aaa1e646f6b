/**
 * Makes the registry of the sample workspace: real publishes, evaluations and promotions with a fixed clock,
 * so that the same bytes come out every time.
 *
 *     node .ci/sample.ts            writes media/sample/.promptgate anew
 *     node .ci/sample.ts <folder>   writes a copy of the sample with its registry there instead
 */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { evaluateWorkingCopy } from '../src/project/evaluate.ts';
import { openProject, type Project } from '../src/project/project.ts';
import { planPromoteOf, planRollbackOf } from '../src/project/move.ts';
import { planPublishOf } from '../src/project/publish.ts';
import { findWorkingCopy } from '../src/project/workingCopy.ts';
import { applyMove } from '../src/registry/move.ts';
import { applyPublish } from '../src/registry/publish.ts';
import { sampleHistory, type Step } from './sampleHistory.ts';

const sampleFolder = resolve(import.meta.dirname, '../media/sample');

/** Copies the sample to `folder` and plays its history there. */
export async function buildSample(folder: string): Promise<void> {
  await cp(sampleFolder, folder, { recursive: true, filter: source => !source.includes('.promptgate') });
  await cp(join(sampleFolder, '.promptgate', 'policy.yml'), join(folder, '.promptgate', 'policy.yml'));
  let step: Step | undefined;
  let ids = 0;
  const project = await openProject(folder, {
    env: {},
    now: () => Date.parse(step?.at ?? '2026-01-01T00:00:00Z'),
    randomId: () => `sample-${String(++ids).padStart(4, '0')}`,
    author: async () => step?.by ?? '',
  });
  const paths = await workingCopies(project);
  for (step of sampleHistory(paths)) await play(project, step);
  for (const [, { path, text }] of paths) await writeFile(path, text);
  project.dispose();
}

export interface SampleFile {
  readonly path: string;
  readonly text: string;
}

async function workingCopies(project: Project): Promise<ReadonlyMap<string, SampleFile>> {
  const files = new Map<string, SampleFile>();
  for (const path of await project.findPromptFiles()) {
    files.set(project.idOf(path, undefined), { path, text: await readFile(path, 'utf8') });
  }
  return files;
}

async function play(project: Project, step: Step): Promise<void> {
  if (step.kind === 'publish') {
    await writeFile(step.path, step.text);
    const copy = await findWorkingCopy(project, step.id);
    const evaluated = step.override === undefined;
    if (evaluated) await evaluateWorkingCopy(project, copy);
    const plan = await planPublishOf(project, copy, step);
    expect(plan.refusals.length === 0 && plan.version === step.version, step, plan.refusals, plan.version);
    await applyPublish(project.store, plan);
    return;
  }
  const options = { message: step.message, confirm: step.id };
  const plan =
    step.kind === 'promote'
      ? await planPromoteOf(project, step.id, step.version, step.label, options)
      : await planRollbackOf(project, step.id, step.label, { ...options, version: step.version });
  expect(plan.refusals.length === 0, step, plan.refusals);
  await applyMove(project.store, plan);
}

function expect(condition: boolean, step: Step, ...detail: readonly unknown[]): void {
  if (condition) return;
  throw new Error(
    `the sample's history does not play: ${step.kind} ${step.id} ${step.version}: ${JSON.stringify(detail)}`,
  );
}

if (process.argv[1] === import.meta.filename) {
  const given = process.argv[2];
  const folder = given === undefined ? await mkdtemp(join(tmpdir(), 'promptgate-sample-')) : resolve(given);
  await buildSample(folder);
  if (given === undefined) {
    const registry = join(sampleFolder, '.promptgate');
    for (const part of ['prompts', 'evidence', 'datasets']) {
      await rm(join(registry, part), { recursive: true, force: true });
      await cp(join(folder, '.promptgate', part), join(registry, part), { recursive: true });
    }
    await rm(folder, { recursive: true });
  }
}
