// How a document stands without asking the register, and what is kept for that, in words.

import type { Saying } from './enOutcomes';

// An answer of which only that is missing: the document is from before it could be proven.
export const unrecorded: Saying = {
  title: 'Cannot be confirmed: issued too early',
  lead: () => 'The document was issued before the register recorded how documents stand. That it was issued is proven; that it still stands is not.',
  advice: 'This is no sign of wrongdoing. Ask the institution to issue the document once more: it can then be confirmed.',
};

export const standing = {
  /** On a card that was checked without the network. */
  asOf: {
    witnessed: (time: string) => `How it stands is as of ${time}, when the independent witnesses last saw the register.`,
    receipt: (time: string) => `How it stands is as of ${time}, by the register’s own word: no independent witness is named.`,
    kept: (time: string) => `How it stands is as of ${time}, when this computer fetched it from the register. No independent witness is named.`,
  },
  source: { receipt: 'The receipt says so; nobody was asked.', kept: 'The status kept on this computer says so; nobody was asked.' },
  none: 'This receipt does not say how the document stands: it is from before the register recorded that.',
  before: 'The document was issued before the register recorded how documents stand. Only its issuer can change that, by issuing it once more.',
  refresh: {
    button: 'Make the receipt fresh',
    hint: 'For this the receipt is sent to the register; the document is not.',
    asking: 'Asking the register for a fresh receipt',
    done: 'Here is a fresh receipt, checked on this computer. Save it in place of the old one.',
    save: 'Save the fresh receipt',
    refused: 'What the register sent is no fresh receipt that holds. The old one stays as it was.',
    failed: 'The register did not make the receipt fresh.',
  },
  maxAge: {
    label: 'An answer counts if the witnesses last saw the register no longer ago than',
    hours: (hours: number) => (hours === 1 ? '1 hour' : `${hours} hours`),
    minutes: (minutes: number) => `${minutes} minutes`,
  },
  offline: {
    title: 'Working offline and in private',
    intro: 'If the status of all documents of the register is kept on this computer, a document with its receipt is checked here without asking anybody, so nobody learns which documents you hold. This page then also opens without the network.',
    keep: 'Keep the status on this computer',
    known: (time: string, entries: string, size: string) => `Current as of ${time}: ${entries} register entries, ${size}.`,
    seen: 'The independent witnesses saw it then.',
    fetched: 'It was fetched then; no independent witness is named.',
    old: 'That is longer ago than is allowed for answers. Fetch it anew.',
    unusable: 'What is kept does not hold by the key and the witnesses that this browser knows. Fetch it anew.',
    update: 'Fetch what changed',
    fetching: 'Fetching the status of all documents',
    failed: 'The status could not be fetched.',
    wrong: 'What came as the status does not hold, so it was not kept.',
    pageNotKept: 'This browser does not let the page itself be kept: it still needs the network to be opened.',
  },
};
