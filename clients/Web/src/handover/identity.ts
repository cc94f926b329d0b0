// A receiver's own key: the file that `age-keygen` or `truecopy handover keygen` writes. It is read here and goes nowhere.

import { identityToRecipient } from 'age-encryption';
import { FormatError } from '../log/bytes';

const maxLength = 64 * 1024;

export interface Identity {
  /** `AGE-SECRET-KEY-1…` */
  readonly secret: string;
  /** `age1…` */
  readonly recipient: string;
}

/** @throws FormatError It holds no X25519 identity, or more than one. */
export async function readIdentity(file: Blob): Promise<Identity> {
  if (file.size > maxLength) throw new FormatError(`identity: longer than ${maxLength} bytes`);
  const lines = (await file.text()).split(/\r?\n/).map((line) => line.trim());
  const secrets = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const [secret = ''] = secrets;
  if (secrets.length !== 1 || !secret.startsWith('AGE-SECRET-KEY-1')) throw new FormatError('identity: not one line that begins with AGE-SECRET-KEY-1');
  try {
    return { secret, recipient: await identityToRecipient(secret) };
  } catch {
    // What the library says of it may hold a part of the key.
    throw new FormatError('identity: not an X25519 key of age');
  }
}
