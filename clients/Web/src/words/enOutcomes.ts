// What may come of a check, in words.

import type { Hindrance } from '../hashing/protocol';
import type { Verdict } from '../service/answers';
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

export type StateName = Verdict | 'fingerprint' | 'unregistered' | 'opened' | 'receipt' | 'proven' | 'current' | 'stood' | 'reissued' | 'unconfirmed' | 'outage' | 'distrusted' | 'unreadable' | 'noKey';

export const states = {
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
    advice: 'This was checked without the network. How the document stands now, only the register can say: make the receipt fresh, or drop the document alone, online, to ask it.',
  },
  current: {
    title: 'Verified without the network',
    lead: (who) => `${who} issued exactly this file, and it still stands.`,
    advice: 'Not one byte was changed since it was issued. The register itself records that it stands, as of the time below.',
  },
  stood: {
    title: 'Genuine; its standing is not recent',
    lead: (who) => `${who} issued exactly this file, and it stood at the time below.`,
    advice: 'That is longer ago than is allowed here, so it may have been revoked since. Make the receipt fresh, or drop the document alone, online, to ask the register.',
  },
  reissued: {
    title: 'Receipt overtaken',
    lead: (who) => `${who} issued exactly this file, and registered it once more later.`,
    advice: 'The later registration counts now, and may say something else. Drop the document alone, online, to ask the register.',
  },
  fingerprint: {
    title: 'Your file has not been checked',
    lead: () => 'A document with this fingerprint is registered. Whether it is the one in your hands, only the file itself can show.',
    advice: 'Anybody can print the code of a genuine document on another one. Drop your file here: the page then says whether it is the same.',
  },
  unregistered: {
    title: 'Fingerprint not registered',
    lead: () => 'No institution of this register has issued a document with this fingerprint.',
    advice: 'No file was checked here. If you have the document, drop it: its fingerprint is then taken anew.',
  },
  opened: {
    title: 'Zip file opened',
    lead: (count) => `The zip file itself is not registered. What is in it (${count}) was checked one by one and is listed below it.`,
    advice: 'A zip file has another fingerprint each time that it is packed. What counts is what is in it.',
  },
  receipt: {
    title: 'A receipt, not a document',
    lead: () => 'A receipt says nothing by itself. It belongs to a document.',
    advice: 'Drop the document together with it: both are then checked without any network. Or drop the document alone, to ask the register.',
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
    advice: 'It may have been moved, changed while it was read, or be closed to you. Choose it again.',
  },
  noKey: {
    title: 'Key needed',
    lead: () => 'The receipt fits the document, but this browser does not know the register’s key yet, so its signature cannot be checked.',
    advice: 'Paste the key that the register’s operator gave you, or check one document online first: the key is then remembered.',
  },
} satisfies Record<StateName, Saying> as Record<StateName, Saying>;

// Answers that do not count: what is wrong, where it is not the proof itself.
export const faults = {
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
  standing: {
    title: 'No answer: its standing is not proven',
    lead: () => 'What the answer says of the document is not what the register itself records, or the register’s record is not with it. So the answer does not count.',
    advice: 'Somebody may be keeping back that the document was revoked, or the service is faulty. This is about the answer, not about your document: check by another connection, and tell whoever runs the register.',
  },
  unwitnessed: {
    title: 'No answer: not seen by the witnesses',
    lead: () => 'Too few of the independent witnesses have seen the state of the register that the answer stands on, or the last time was longer ago than is allowed here. So the answer does not count.',
    advice: 'The witnesses make sure that the register shows everybody the same. A witness may be late: try again in a few minutes. If it stays so, somebody may be showing you what others do not see: check by another connection, and tell whoever runs the register.',
  },
  policy: {
    title: 'No verdict: the witnesses are in doubt',
    lead: () => 'It is open who watches over the register, so nothing was checked. See the warning at the top of the page.',
    advice: 'This is about the register, not about your document. Once the warning is settled, the document is checked.',
  },
} satisfies Record<Exclude<FaultKind, 'proof'>, Saying> as Record<Exclude<FaultKind, 'proof'>, Saying>;

// A receipt that holds, but for the witnesses.
export const uncovered: Saying = {
  title: 'Receipt not covered by witnesses',
  lead: () => 'The receipt fits the file, but too few of the independent witnesses have seen the state of the register that it stands on. So it does not count here.',
  advice: 'It may be from before there were witnesses. Drop the document alone, online: the register is then asked, and you can save a receipt of today in place of this one.',
};

// Files that could not be hashed: why, where it is not that they cannot be read.
export const hindrances = {
  stalled: {
    title: 'Reading came to a standstill',
    lead: () => 'Reading this file came to a standstill twice, so nothing was checked.',
    advice: 'It may be on a drive that is slow or was taken away. Copy it to this computer, then try again.',
  },
  locked: {
    title: 'Locked with a password',
    lead: () => 'The zip file is protected by a password, so this file was not checked.',
    advice: 'Unpack the zip file with its password, and drop what is in it.',
  },
  damaged: {
    title: 'Cannot be unpacked',
    lead: () => 'The zip file is damaged, of a kind that is not opened here, or different programs could find different things in it.',
    advice: 'Ask for another copy; or unpack it yourself, and drop what is in it.',
  },
  tooLarge: {
    title: 'Too large to unpack here',
    lead: () => 'The zip file holds more files, or would unpack to more, than is opened here.',
    advice: 'If you expect so much, unpack it yourself, and drop what is in it.',
  },
} satisfies Record<Exclude<Hindrance, 'unread'>, Saying> as Record<Exclude<Hindrance, 'unread'>, Saying>;

// A fingerprint that was given without a file, once a file was compared with it.
export const compared = {
  same: {
    title: 'The same document',
    lead: (who) => `${who} has exactly this fingerprint.`,
    advice: 'How the document stands is said on the file’s own card.',
  },
  differs: {
    title: 'Another document',
    lead: (who) => `${who} does NOT have this fingerprint. It is another document.`,
    advice: 'The code or fingerprint belongs to a document other than the one that you gave. Do not take the one for the other.',
  },
} satisfies Record<string, Saying> as Record<'same' | 'differs', Saying>;
