// Which policy the log is held to, beside its keys. The first that the service shows is remembered, as its first keys are; from then
// on another one is told and not believed by itself. One that was given by hand wins.

import { type Bytes, equal, FormatError } from '../log/bytes.js';
import type { VerifierKey } from '../log/note.js';
import { parsePolicy, type Policy } from '../log/policy.js';
import type { Memory, RememberedPolicy } from './memory.js';

/** What is wrong with what the service shows. */
export type PolicyDoubt =
  /** Another policy: the known one counts on. */
  | { readonly kind: 'changed'; readonly offered: Policy }
  /** Something that is no policy: the known one counts on. */
  | { readonly kind: 'damaged'; readonly text: string }
  /** None, where it had one: nothing counts until the user has settled it. */
  | { readonly kind: 'gone' }
  /** The known policy names other logs: nothing counts. */
  | { readonly kind: 'otherLog' };

/** The policy that checkpoints are weighed by, and how it is known. */
export interface HeldPolicy {
  /** Null: none is known, so nobody but the operator vouches for the log. */
  readonly policy: Policy | null;
  readonly source: 'file' | 'service' | 'none';
  /** Since when it is remembered. */
  readonly since: string | null;
  /** Whether it was taken over from the service itself in this visit. */
  readonly isNew: boolean;
}

const nothing: HeldPolicy = { policy: null, source: 'none', since: null, isNew: false };

export class Oversight {
  private constructor(
    readonly held: HeldPolicy,
    readonly doubt: PolicyDoubt | null,
    private readonly memory: Memory,
  ) {}

  /** What is remembered; nothing where that is damaged. */
  static async load(memory: Memory): Promise<Oversight> {
    const remembered = await memory.policy();
    if (remembered === null) return new Oversight(nothing, null, memory);
    try {
      const { source, since } = remembered;
      return new Oversight({ policy: await parsePolicy(remembered.file), source, since, isNew: false }, null, memory);
    } catch (error) {
      if (error instanceof FormatError) return new Oversight(nothing, null, memory);
      throw error;
    }
  }

  /** Why no answer counts, for those who run the register; null if they do. */
  get fault(): string | null {
    switch (this.doubt?.kind) {
      case 'gone':
        return 'The service showed a policy before and shows none now.';
      case 'otherLog':
        return 'The policy names other logs than this one.';
      default:
        return null;
    }
  }

  /**
   * Meets the policy that the service shows: the first is remembered, another one is a doubt.
   * @param file Null: it has none.
   * @param keys The log's, those that gave way to others too.
   * @throws FormatError There is nothing to hold on to, and what it shows is no policy of this log.
   */
  async meet(file: Bytes | null, keys: readonly VerifierKey[]): Promise<Oversight> {
    const { policy, source } = this.held;
    if (policy !== null && !isAbout(policy, keys, source)) return this.with({ kind: 'otherLog' });
    if (source === 'file') return this.with(null);
    if (file === null) return this.with(policy === null ? null : { kind: 'gone' });
    if (policy !== null && equal(policy.file, file)) return this.with(null);
    try {
      const offered = await parsePolicy(file);
      if (!isAbout(offered, keys, 'service')) throw new FormatError('policy: it names other logs than this one');
      if (policy !== null) return this.with({ kind: 'changed', offered });
      return new Oversight({ ...(await remember(offered, 'service', this.memory)), isNew: true }, null, this.memory);
    } catch (error) {
      if (policy === null || !(error instanceof FormatError)) throw error;
      return this.with({ kind: 'damaged', text: error.message });
    }
  }

  /**
   * The user gives a policy, got by a way that is trusted: it counts, whatever the service shows.
   * @param keys The log's, as far as they are known.
   * @throws FormatError
   */
  static async give(file: Bytes, keys: readonly VerifierKey[], memory: Memory): Promise<Oversight> {
    const policy = await parsePolicy(file);
    if (keys.length > 0 && !isAbout(policy, keys, 'file')) throw new FormatError('policy: it names other logs than this one');
    return new Oversight(await remember(policy, 'file', memory), null, memory);
  }

  /** The user has confirmed elsewhere that what the service shows now is right: from now on it counts. */
  async accept(): Promise<Oversight> {
    if (this.doubt?.kind === 'changed') return new Oversight(await remember(this.doubt.offered, 'service', this.memory), null, this.memory);
    return this.forget();
  }

  /** What the service shows next is met as new. */
  async forget(): Promise<Oversight> {
    await this.memory.rememberPolicy(null);
    return new Oversight(nothing, null, this.memory);
  }

  private with(doubt: PolicyDoubt | null): Oversight {
    return new Oversight(this.held, doubt, this.memory);
  }
}

/**
 * Whether a policy is about the log of these keys; one that names no log is about any. Whoever gives one by hand means the very keys
 * in it; in the service's own they say no more than the keys that it names itself, and may be those from before a rotation.
 */
function isAbout({ logs }: Policy, keys: readonly VerifierKey[], source: HeldPolicy['source']): boolean {
  return logs.length === 0 || logs.some(({ line, name }) => keys.some((key) => (source === 'file' ? key.line === line : key.name === name)));
}

async function remember(policy: Policy, source: RememberedPolicy['source'], memory: Memory): Promise<HeldPolicy> {
  const since = new Date().toISOString();
  await memory.rememberPolicy({ file: policy.file, source, since });
  return { policy, source, since, isNew: false };
}
