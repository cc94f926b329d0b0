import type { FailureKind } from '../service/service';
import type { Upload, Verdict } from '../service/answers';
import type { StepName } from '../receipt/check';
import type { FaultKind } from '../trust/continuity';

/** What a verdict, or the lack of one, is called and means. */
export interface Saying {
  /** Two or three words. */
  readonly title: string;
  /** One sentence on the document; `who` is the institution. */
  readonly lead: (who: string) => string;
  /** What it means for whoever was handed the document. */
  readonly advice: string;
}

export type StateName = Verdict | 'fingerprint' | 'proven' | 'unconfirmed' | 'outage' | 'distrusted' | 'unreadable' | 'noKey';

export const en = {
  name: 'English',
  locale: 'en-HK',
  product: 'TrueCopy',
  skip: 'Skip to content',
  language: 'Language',
  tabs: { verify: 'Check a document', issuer: 'For issuers', log: 'The public log' },

  question: 'Is this document genuine, and does it still stand?',
  choose: 'Choose files',
  drop: 'Drop the document here, or',
  privacy: 'Your file stays on this computer. Only its digital fingerprint is sent, from which nobody can get the file back.',
  offlineHint: 'Have a receipt (.tlog-proof)? Drop it together with the document: both are then checked without any network.',
  clear: 'Clear the list',
  summary: (files: number) => (files === 1 ? '1 document' : `${files} documents`),
  bytes: (text: string) => text,
  noFile: 'Document not at hand',
  isNamed: 'This is the very file whose fingerprint the link names.',
  isNotNamed: 'This is NOT the file whose fingerprint the link names.',
  checkedAt: (time: string) => `Checked on ${time}, by this computer’s clock.`,

  reading: (percent: string) => `Reading the file on this computer: ${percent}`,
  waiting: 'Waiting',
  asking: 'Asking the register',
  announce: (file: string, title: string) => `${file}: ${title}`,

  states: {
    verified: {
      title: 'Verified',
      lead: (who) => `${who} issued exactly this file, and it still stands.`,
      advice: 'Not one byte was changed since it was issued. What the document says is the issuer’s word; that it is the issuer’s document is proven below.',
    },
    revoked: {
      title: 'Revoked',
      lead: (who) => `${who} issued this file and has taken it back for good.`,
      advice: 'Do not rely on it, even though it was genuine once. Ask the person who gave it to you for a valid document.',
    },
    suspended: {
      title: 'Suspended',
      lead: (who) => `${who} issued this file and has put it on hold.`,
      advice: 'Do not rely on it for now. The issuer may lift the hold: check again later or ask the issuer.',
    },
    superseded: {
      title: 'Replaced',
      lead: (who) => `${who} issued this file and has replaced it by another.`,
      advice: 'Do not rely on this version. Ask for the document that replaces it and check that one.',
    },
    expired: {
      title: 'Expired',
      lead: (who) => `${who} issued this file for a time that is over.`,
      advice: 'It was genuine and unchanged, but its validity has ended. Ask for a current document.',
    },
    notYetValid: {
      title: 'Not yet valid',
      lead: (who) => `${who} issued this file for a time that has not begun.`,
      advice: 'It is genuine and unchanged, but it is not to be relied on before the date below.',
    },
    conflicting: {
      title: 'Institutions disagree',
      lead: () => 'More than one institution issued exactly this file, and they do not say the same of it.',
      advice: 'Ask for the institution that the document itself names, and choose it below. Until then, do not rely on the document.',
    },
    unknown: {
      title: 'No record',
      lead: () => 'No institution of this register has issued exactly this file.',
      advice: '',
    },
    proven: {
      title: 'Genuine when issued',
      lead: (who) => `The receipt proves that ${who} issued exactly this file.`,
      advice: 'This was checked without the network. Whether the issuer has revoked the document since then, only the register can say: drop the document alone, online, to ask it.',
    },
    fingerprint: {
      title: 'No file checked yet',
      lead: () => 'This link names the fingerprint of a document. Whether it is that of the document in your hands, only the file can show.',
      advice: 'Anybody can print the code of a genuine document on another one. Drop your file here: the page then says whether it is the same.',
    },
    unconfirmed: {
      title: 'Signed by an unconfirmed key',
      lead: () => 'The receipt fits the file, but it is signed by a key that nobody here has confirmed.',
      advice: 'The key came with the link by which this page was opened, and whoever made the link can have made the receipt too. So this proves nothing yet. Check again online, where the key is compared with the register’s, or confirm the key by another way: a letter, a phone call.',
    },
    outage: {
      title: 'No answer',
      lead: () => 'The register could not be asked. This says nothing about your document.',
      advice: 'The document is neither confirmed nor refused. Try again in a moment; if you hold its receipt, drop both together to check without the network.',
    },
    distrusted: {
      title: 'Answer not proven',
      lead: () => 'An answer came, but its proof does not hold. Do not rely on the answer.',
      advice: 'This is about the answer, not about your document: it may be altered on its way, come from another register, or be faulty. Tell whoever runs the register, and check again by another connection.',
    },
    unreadable: {
      title: 'File not readable',
      lead: () => 'Your computer could not read this file to its end, so nothing was checked.',
      advice: 'It may have been moved, changed while it was read, or be a folder. Choose it again.',
    },
    noKey: {
      title: 'Key needed',
      lead: () => 'The receipt fits the document, but this browser does not know the register’s key yet, so its signature cannot be checked.',
      advice: 'Paste the key that the register’s operator gave you, or check one document online first: the key is then remembered.',
    },
  } satisfies Record<StateName, Saying> as Record<StateName, Saying>,

  // Answers that do not count: what is wrong, where it is not the proof itself.
  faults: {
    clock: {
      title: 'No answer: the clocks differ',
      lead: () => 'The answer was made at another time than this computer’s clock shows, so it may be an old one that is played back.',
      advice: 'Set date, time and time zone of this computer right and try again. If they are right, somebody between you and the register may be showing you old answers: check by another connection.',
    },
    rollback: {
      title: 'No answer: the register shows an old state',
      lead: () => 'This browser has already seen a later state of the register. An old answer says nothing about now.',
      advice: 'Somebody between you and the register may be hiding what happened since. Check by another connection, and tell whoever runs the register.',
    },
    fork: {
      title: 'No answer: the register’s past was changed',
      lead: () => 'What the register shows does not go on from what this browser has seen of it.',
      advice: 'This must never happen. Do not rely on any answer, and tell whoever runs the register: the technical message below helps to find out.',
    },
    key: {
      title: 'No verdict: the key is in doubt',
      lead: () => 'It is open which key is the register’s, so nothing was checked. See the warning at the top of the page.',
      advice: 'This is about the key, not about your document. Once the warning is settled, the document is checked.',
    },
  } satisfies Record<Exclude<FaultKind, 'proof'>, Saying> as Record<Exclude<FaultKind, 'proof'>, Saying>,

  conflict: {
    title: 'What each institution says, the earliest first',
    choose: 'The document names this institution:',
    none: 'not chosen yet',
    alone: (who: string) => `This is the word of ${who} alone. Other institutions that issued the same file say otherwise.`,
  },

  claimed: {
    service: 'The register’s own word, not proven here',
    receipt: 'What the receipt says, unconfirmed',
  },

  unknown: {
    title: 'There are two possibilities, and the register cannot tell which:',
    altered: 'The file was altered after it was issued. A re-saved, re-scanned, printed or converted copy counts as altered too, even if it looks the same.',
    never: 'It was never issued here. The institution may not take part in this register, or may not have registered this document yet.',
    next: 'Ask for the original file as the institution delivered it, or ask the institution itself. This result alone is no sign of wrongdoing.',
    more: 'Some institutions register other kinds of fingerprints only.',
    moreButton: 'Look under SM3, SHA-384 and SHA-512 too',
    moreDone: 'Also looked under SM3, SHA-384 and SHA-512.',
    unproven: 'That there is no record cannot be proven in the same way; the state of the log on which the answer stands is signed, and that signature was checked.',
  },

  facts: {
    issuer: 'Issued by',
    jurisdiction: 'Jurisdiction',
    issued: 'Issued on',
    type: 'Kind of document',
    validFrom: 'Valid from',
    expires: 'Valid until',
    expired: 'Expired on',
    since: { revoked: 'Revoked on', suspended: 'On hold since', superseded: 'Replaced on' } as Record<string, string>,
    by: { revoked: 'Revoked by', suspended: 'Put on hold by', superseded: 'Replaced by the issuer', expired: 'Validity set by', notYetValid: 'Validity set by' } as Record<string, string>,
    reason: 'Reason',
    note: 'Issuer’s note',
    successor: 'Replaced by the file with fingerprint',
    successorState: 'How the replacement stands',
    further: 'Also done',
    recorded: 'The register’s word on the fingerprint',
    file: 'File',
    size: 'Size',
    fingerprint: 'Fingerprint',
    entry: 'Register entry',
    entryOf: (index: string, size: string) => `no. ${index} of ${size}`,
    register: 'Register',
    detail: 'Detail',
    technical: 'Technical message',
  },
  others: (count: number) => (count === 1 ? 'Another institution issued the same file:' : `${count} other institutions issued the same file:`),

  reasons: {
    unspecified: 'No reason stated',
    keyCompromise: 'A key or access was compromised',
    affiliationChanged: 'The holder’s relation to the issuer changed',
    superseded: 'A newer document takes its place',
    cessationOfOperation: 'The issuer ended this service',
    certificateHold: 'Temporarily on hold',
    privilegeWithdrawn: 'The right that the document states was withdrawn',
    issuedInError: 'Issued in error',
  } as Record<string, string>,

  acts: {
    genesis: 'The log begins',
    keys: 'Signing keys change',
    issuer: 'Issuer registered',
    issue: 'Issued',
    revoke: 'Revoked',
    suspend: 'Put on hold',
    reinstate: 'Hold lifted',
    supersede: 'Replaced',
  } as Record<string, string>,

  stepsTitle: 'Checked on this computer, not taken on trust',
  stepsOfflineTitle: 'Checked on this computer, without the network',
  notReached: 'not checked, because a step before it failed',
  stepFile: {
    title: 'The fingerprint of your file was taken here',
    text: 'It changes completely if even one byte of the file changes.',
  },
  steps: {
    format: { title: 'The receipt can be read', fails: 'The receipt is damaged', text: 'A receipt has a fixed form. This one departs from it.' },
    document: {
      title: 'The register’s entry is about this very file',
      fails: 'The receipt is not about this file',
      text: 'The entry holds a sealed form of the fingerprint. The receipt holds the key to the seal, and together they give your file’s fingerprint.',
    },
    inclusion: {
      title: 'The entry is in the public log',
      fails: 'The entry is not in the log that was signed',
      text: 'A chain of hashes leads from the entry to a single number for the whole log. Nobody can add, change or remove an entry without changing that number.',
    },
    signature: {
      title: 'The log is signed with the key that this browser knows',
      fails: 'The log is not signed with the key that this browser knows',
      text: 'The signature covers the number for the whole log, so the operator cannot show different logs to different people unnoticed.',
    },
    answer: {
      title: 'The answer says the same as the proof',
      fails: 'The answer says something else than the proof',
      text: 'Verdict, issuer, dates and reasons shown above are those of the signed entries; the answer says the same.',
    },
  } satisfies Record<StepName | 'answer', { title: string; fails: string; text: string }>,
  unconfirmedInclusion: 'The entry is in a log; whether that is the register’s depends on the key',
  unconfirmedSignature: 'The log is signed with the link’s key, which nobody here has confirmed',
  issueProof: 'The issue that this was done to, checked in the same way',
  explain: 'What this means',
  proofTitle: 'How this was checked',
  signedBy: (key: string, since: string | null) => (since === null ? `signed by ${key}` : `signed by ${key}, known to this browser since ${since}`),
  signedByLink: (key: string) => `signed by ${key}, the key in the link`,
  cannotTell: (key: string) => `${key}: this browser cannot check this kind of signature`,

  saveReceipt: 'Save the receipt',
  print: 'Print a report',
  retry: 'Try again',
  report: {
    title: 'Verification report',
    scan: 'Scan to run the same check again',
    how: 'Made in a browser from the file itself; the file was not sent anywhere. A printed report proves nothing by itself: scan the code and drop the file to check again.',
  },

  trust: {
    title: 'Register and key',
    none: 'No key is known yet. It is taken over with the first answer.',
    first: 'The key was taken over just now, with the first answer. Compare it once with what the operator publishes elsewhere; from now on any change is reported.',
    remembered: (since: string) => `This browser has known the key since ${since}. Any change is reported.`,
    link: 'The key comes from the link by which you opened this page; the register names the same.',
    linkUnconfirmed: 'The key comes from the link by which you opened this page. Nobody here has confirmed it.',
    why: 'Everything on this page is proven with this key, so compare it once by a way that does not lead through this website: a letter, a phone call, the operator’s publications. Software that checks without this website: truecopy (command line).',
    changedTitle: 'Warning: the register’s key has changed',
    changed: 'The register now names a key that this browser does not know, and its log does not prove that the known key passed on to it. Somebody may be posing as the register; or this browser was away for very long. Until you have confirmed the new key by another way, no answer counts.',
    learnedTitle: 'The register’s key was changed as planned',
    learned: 'The log itself proves that the key which this browser knew passed on to the new one. There is nothing to do.',
    accept: 'I have confirmed the new key by another way: accept it',
    linkDiffersTitle: 'Warning: the link brings a key that is not the register’s',
    linkDiffers: 'Whoever made the link may want you to believe a forged receipt. No answer counts until this is settled. If you do not know for certain where the link comes from, go on without its key. If you do, ask the register’s operator by another way which key is right.',
    dropLink: 'Go on without the link’s key',
    linked: 'Brought by the link',
    badLinkTitle: 'The link’s key cannot be read, so nothing can be checked with it',
    known: 'Known here',
    offered: 'Named by the register now',
    paste: 'The register’s key',
    use: 'Use this key',
  },

  failures: {
    unreachable: 'The service cannot be reached. Is this computer online?',
    busy: 'The service is up but cannot answer at the moment.',
    notForYou: 'Only for the issuer: sign in as someone who may act for it.',
    refused: 'The service did not accept the question.',
    garbled: 'Something other than the service answered.',
  } satisfies Record<FailureKind, string> as Record<FailureKind, string>,
  signIn: 'Sign in',

  issuer: {
    title: 'What was uploaded, and what came of it',
    intro: 'For the institution itself: every upload is registered or rejected with a reason. Newest first.',
    institution: 'Institution',
    prefix: 'Names that begin with',
    show: 'Show',
    none: 'Nothing was uploaded under such a name.',
    total: (total: number, complete: boolean) => (complete ? `${total} uploads` : `More than ${total} uploads: these are some of them. Narrow them down by the beginning of the name, for instance a folder.`),
    chart: 'Uploads a day',
    columns: { name: 'Name', kind: 'Kind', at: 'Uploaded', state: 'State', receipts: 'Log entries' },
    kinds: { document: 'Document', manifest: 'List of fingerprints', acts: 'List of acts' } satisfies Record<Upload['kind'], string> as Record<Upload['kind'], string>,
    states: {
      waiting: 'Waiting',
      answered: 'Registered',
      partlyRejected: 'Partly rejected',
      rejected: 'Rejected',
    } satisfies Record<Upload['state'], string> as Record<Upload['state'], string>,
    deleted: 'document deleted, as agreed',
    line: (line: number) => `Line ${line}`,
    more: 'Show more',
    day: 'Day',
    numbers: 'The same in numbers',
    most: (count: number) => `most in a day: ${count}`,
    receiptsElsewhere: 'in the receipts file',
  },

  log: {
    title: 'The public log',
    intro: 'Everyone may read the log. It holds sealed fingerprints, never documents or fingerprints themselves. This is what a monitor looks at.',
    size: 'Entries',
    head: 'Signed head (checkpoint)',
    root: 'Root hash',
    signatures: 'Signatures',
    valid: 'valid',
    invalid: 'WRONG',
    unknownKey: 'key not known here',
    uncheckable: 'this browser cannot check this kind',
    latest: 'Latest entries',
    columns: { index: 'No.', act: 'Act', issuer: 'Institution', at: 'When', commitment: 'Sealed fingerprint' },
    chart: 'Growth of the log',
    chartText: (from: string, to: string, first: string, last: string) => `Entries: ${first} on ${from}, ${last} on ${to}`,
    refresh: 'Refresh',
    note: 'The note as published',
    proven: 'The entries shown were hashed here and fit the signed root hash.',
    notProven: 'The entries shown do not fit the signed root hash.',
    files: 'For software: /log/checkpoint and /log/tile/…, in the C2SP tlog-tiles format.',
  },
};

export type Words = typeof en;
