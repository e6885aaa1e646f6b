import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from '../errors.ts';
import { toEvidence } from '../evals/gate.ts';
import { sameDigests } from '../evals/latest.ts';
import type { Digests, Evidence, Report } from '../evals/report.ts';
import type { Store } from '../registry/store.ts';

/** What local runs proved: kept in the registry's cache folder until a release makes it part of the log. */
export interface EvidenceShelf {
  find(id: string, digests: Digests): Promise<Evidence | undefined>;
  latest(id: string): Promise<Evidence | undefined>;
  latestReport(id: string): Promise<Report | undefined>;
  /** A report that is no evidence (cancelled, or of some rows) is not kept. */
  save(report: Report, options: { readonly randomId: string; readonly isLatest: boolean }): Promise<void>;
}

const keptPerPrompt = 40;

/** @param cacheFolder `.promptgate/cache`, which ignores itself in git */
export function evidenceShelf(cacheFolder: string, store: Store): EvidenceShelf {
  const folderOf = (id: string) => join(cacheFolder, 'runs', ...id.split('/'));
  const nameOf = ({ content, target, suite }: Digests) =>
    `${[content, target, suite].map(digest => digest.slice(0, 16)).join('-')}.json`;

  return {
    async find(id, digests) {
      const local = await readJson<Evidence>(join(folderOf(id), nameOf(digests)), 'promptgate/evidence/1');
      if (local && sameDigests(local.digests, digests)) return local;
      return findCommitted(store, id, digests);
    },
    latest: id => readJson<Evidence>(join(folderOf(id), 'latest-evidence.json'), 'promptgate/evidence/1'),
    latestReport: id => readJson<Report>(join(folderOf(id), 'latest-report.json'), 'promptgate/report/1'),
    async save(report, { randomId, isLatest }) {
      const evidence = toEvidence(report);
      if (!evidence) return;
      const folder = folderOf(report.prompt);
      const text = JSON.stringify(evidence);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(join(cacheFolder, '.gitignore'), '*\n', { flag: 'wx' }).catch(ignoreExisting);
        await replace(join(folder, nameOf(evidence.digests)), text, randomId);
        if (isLatest) {
          await replace(join(folder, 'latest-report.json'), JSON.stringify(report), randomId);
          await replace(join(folder, 'latest-evidence.json'), text, randomId);
        }
        await prune(folder);
      } catch (error) {
        // A full disk or a read-only folder loses only the convenience: the report itself went to the caller.
        if (systemCode(error) === undefined) throw error;
      }
    },
  };
}

async function readJson<T extends { readonly schema: string }>(
  path: string,
  schema: T['schema'],
): Promise<T | undefined> {
  try {
    const value = JSON.parse(await readFile(path, 'utf8')) as T;
    return value.schema === schema ? value : undefined;
  } catch {
    // Missing or torn: as if it had never been written. The cache is only a convenience.
    return undefined;
  }
}

/** Evidence that the registry keeps: the newest event first. */
async function findCommitted(store: Store, id: string, digests: Digests): Promise<Evidence | undefined> {
  const seen = new Set<string>();
  for await (const event of store.readLog(id)) {
    const digest = event.evidence ?? event.version?.evidence;
    if (digest !== undefined) seen.add(digest);
  }
  for (const digest of [...seen].reverse()) {
    const evidence = await store.readEvidence(digest);
    if (evidence && sameDigests(evidence.digests, digests)) return evidence;
  }
  return undefined;
}

async function replace(path: string, text: string, randomId: string): Promise<void> {
  const temporary = `${path}.${randomId}.tmp`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** Digests of long-gone edits are no use to anyone: the oldest go first once there are many, and torn ones. */
async function prune(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(name => /^[0-9a-f]{16}-/.test(name) && name.endsWith('.json'));
  if (names.length <= keptPerPrompt * 2) return;
  const dated = await Promise.all(
    names.map(async name => {
      const evidence = await readJson<Evidence>(join(folder, name), 'promptgate/evidence/1');
      return { name, time: evidence?.time ?? '' };
    }),
  );
  dated.sort((a, b) => b.time.localeCompare(a.time));
  await Promise.all(dated.slice(keptPerPrompt).map(({ name }) => rm(join(folder, name), { force: true })));
}

function ignoreExisting(error: unknown): void {
  if (systemCode(error) !== 'EEXIST') throw error;
}
