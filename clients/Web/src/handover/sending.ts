// From consent to "sent": sealed, announced, put into storage, and found in the log.

import { ServiceFailure } from '../service/http';
import type { Verifier } from '../service/verifier';
import { type Consent, type ConsentDraft, writeConsent } from './consent';
import { type Handovers, upload } from './handovers';
import { consentProofOf, createSecret, formatSecret, idOf, lockOf, withdrawKeyOf } from './locks';
import { type Room, takeRoom } from './room';
import { type Packed, seal } from './seal';
import { type ProvenTrace, proveTrace } from './trace';
import type { Bytes } from '../log/bytes';

/** How far it has come. */
export type Stage =
  | { readonly kind: 'sealing'; readonly done: number; readonly of: number }
  | { readonly kind: 'announcing' }
  | { readonly kind: 'sending'; readonly done: number; readonly of: number }
  | { readonly kind: 'waiting' };

/** A package that was made, with what its holder keeps. */
export interface Made {
  readonly consent: Consent;
  readonly id: string;
  readonly secret: Bytes;
  readonly lock: string;
  readonly withdrawLock: string;
  /** SHA-256, hex. */
  readonly digest: string;
  readonly file: File;
  readonly room: Room;
}

/** How long until the log is looked at again for a package that was sent, in milliseconds: each time longer, up to a limit, so many times. */
const firstPause = 500;
const maxPause = 8000;
const maxLooks = 30;

export async function make(draft: ConsentDraft, packed: readonly Packed[], told: (stage: Stage) => void): Promise<Made> {
  const secret = createSecret();
  const id = await idOf(secret);
  const { consent, bytes } = writeConsent(draft, id, new Date());
  const of = consent.documents.reduce((all, { length }) => all + length, 0);
  told({ kind: 'sealing', done: 0, of });
  const room = await takeRoom(of);
  try {
    const { digest } = await seal(consent, bytes, packed, room, (done) => told({ kind: 'sealing', done, of }));
    const file = await room.finish();
    return { consent, id, secret, lock: await lockOf(await consentProofOf(bytes)), withdrawLock: await lockOf(await withdrawKeyOf(secret)), digest, file, room };
  } catch (error) {
    await room.free();
    throw error;
  }
}

/**
 * Sends what was made.
 * @param isAgain Whether it was tried before: it may have come through, and only the answer been lost. It is the same package under the same id.
 * @returns What the log proves of it; its state is `announced` where nothing is in the log yet.
 * @throws ServiceFailure
 */
export async function send(made: Made, handovers: Handovers, verifier: Verifier, told: (stage: Stage) => void, isAgain: boolean): Promise<ProvenTrace> {
  const { id, lock, withdrawLock, file, consent } = made;
  told({ kind: 'announcing' });
  try {
    const address = await handovers.announce({ id, receiver: consent.receiver.id, lock, withdrawLock, length: file.size });
    told({ kind: 'sending', done: 0, of: file.size });
    await upload(address, file, (done) => told({ kind: 'sending', done: Math.min(done, file.size), of: file.size }));
  } catch (error) {
    // Nothing can be put there twice, so that it is there already.
    const isThere = isAgain && error instanceof ServiceFailure && (error.status === 409 || error.status === 403);
    if (!isThere) throw error;
  }
  told({ kind: 'waiting' });
  return waitFor(made, handovers, verifier);
}

async function waitFor(made: Made, handovers: Handovers, verifier: Verifier): Promise<ProvenTrace> {
  let pause = firstPause;
  for (let looks = 0; ; looks++) {
    try {
      const trace = await handovers.trace(made.id);
      if (trace !== null && (trace.state !== 'announced' || looks === maxLooks)) return await proveTrace(trace, made, verifier);
    } catch (error) {
      // It was sent; that the service does not answer now says nothing of it.
      if (!(error instanceof ServiceFailure)) throw error;
    }
    if (looks >= maxLooks) return { events: [], state: 'announced', fault: null };
    await new Promise((done) => setTimeout(done, pause));
    pause = Math.min(1.3 * pause, maxPause);
  }
}

/** The link by which the holder sees what becomes of it, and takes her consent back. */
export function traceLink({ secret }: Pick<Made, 'secret'>): string {
  return `${location.origin}/#trace=${formatSecret(secret)}`;
}

/** What the file of a package is called: it tells nothing of what is in it. */
export function packageName(id: string): string {
  return `handover-${id.slice(0, 8)}.truecopy`;
}
