import { PromptgateError } from '../errors.ts';
import { sha256 } from '../prompt/digest.ts';
import type { Audit } from './audit.ts';
import { decodeEvidence } from './companion.ts';
import { bringBack, bringBackFrom, type Damage, type Findings } from './damage.ts';
import type { Version, VersionSummary } from './store.ts';
import { decodeVersion, wrongDigests } from './version.ts';

/** Whether versions, evidence and datasets are what an event says of them. */
export class ContentCheck {
  readonly #audit: Audit;
  readonly #findings: Findings;
  /** Evidence and datasets belong to many versions and are looked at once; the value says whether they are sound. */
  readonly #companions = new Map<string, boolean>();

  constructor(audit: Audit, findings: Findings) {
    this.#audit = audit;
    this.#findings = findings;
  }

  version(id: string, summary: VersionSummary): void {
    const { json, source } = this.#audit.version(id, summary);
    this.#findings.named.add(json.file).add(source.file);
    if (!json.bytes || !source.bytes) {
      const { file } = json.bytes ? source : json;
      const message = `${id}@${summary.version} has lost ${file}. ${bringBackFrom}`;
      this.#findings.damage.push({ id, file, code: 'version-missing', message });
      return;
    }
    let version: Version;
    try {
      version = decodeVersion(
        { json: json.bytes, source: source.bytes },
        { id, summary },
        { json: json.file, source: source.file },
      );
    } catch (error) {
      if (!(error instanceof PromptgateError)) throw error;
      const file = typeof error.data['file'] === 'string' ? error.data['file'] : json.file;
      const { message } = error;
      if (error.code === 'newer-format') this.#findings.unchecked.push({ id, file, message });
      else this.#findings.damage.push({ id, file, code: 'version-changed', message });
      return;
    }
    const wrong = [...wrongDigests(version), ...disagreements(version, summary)];
    if (wrong.length > 0)
      this.#findings.damage.push({
        id,
        file: json.file,
        code: 'version-changed',
        message: `${json.file} was published with a wrong ${wrong.join(', ')}: publish a new version, and do not use this one.`,
      });
    for (const { path, digest } of version.datasets) this.#dataset(id, path, digest);
  }

  #dataset(id: string, path: string, digest: string): void {
    const stored = this.#audit.dataset(digest);
    this.#findings.named.add(stored.file);
    this.#companion(id, digest, () => {
      if (!stored.bytes)
        return {
          code: 'dataset-missing',
          file: stored.file,
          message: `Dataset ${path} of ${id} is missing: ${stored.file}. ${bringBackFrom}`,
        };
      if (sha256(stored.bytes) === digest) return undefined;
      return {
        code: 'dataset-changed',
        file: stored.file,
        message: `${stored.file} was changed after it was written (it is named by its sha256). ${bringBack}`,
      };
    });
  }

  evidence(id: string, digest: string, about: { readonly version: string; readonly content?: string }): void {
    const { file, bytes } = this.#audit.evidence(digest);
    this.#findings.named.add(file);
    this.#companion(id, `${digest} ${about.content ?? ''}`, () => {
      if (!bytes)
        return {
          code: 'evidence-missing',
          file,
          message: `Evidence for ${id} is missing: ${file}. ${bringBackFrom}`,
        };
      try {
        const evidence = decodeEvidence(bytes, digest, file);
        if (about.content === undefined || evidence.digests.content === about.content) return undefined;
        return {
          code: 'evidence-changed',
          file,
          message: `${file} is not about ${id}@${about.version}, for which the release log names it. ${bringBack}`,
        };
      } catch (error) {
        if (!(error instanceof PromptgateError)) throw error;
        const { message } = error;
        if (error.code !== 'newer-format') return { code: 'evidence-changed', file, message };
        this.#findings.unchecked.push({ id, file, message });
        return undefined;
      }
    });
  }

  /** Said for each prompt that needs it, looked at once. */
  #companion(id: string, key: string, find: () => Omit<Damage, 'id'> | undefined): void {
    if (this.#companions.get(key) === true) return;
    const damage = find();
    this.#companions.set(key, damage === undefined);
    if (
      damage &&
      !this.#findings.damage.some(
        other => other.id === id && other.file === damage.file && other.code === damage.code,
      )
    )
      this.#findings.damage.push({ id, ...damage });
  }
}

function disagreements(version: Version, summary: VersionSummary): readonly string[] {
  const keys = ['author', 'time', 'message'] as const;
  const digests = ['content', 'target', 'suite'] as const;
  return [
    ...keys.filter(key => version[key] !== summary[key]),
    ...digests.filter(key => version.digests[key] !== summary.digests[key]).map(key => `${key}Digest`),
  ];
}
